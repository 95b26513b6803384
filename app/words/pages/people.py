"""Subscribers, imports, those who get nothing, replies, and users."""

PEOPLE = {
    "The people your morning message goes to": "जिन लोगों को आपका सुबह का संदेश जाता है",
    "Import a list": "सूची इंपोर्ट करें",
    "Add a subscriber": "ग्राहक जोड़ें",
    "Add the subscriber": "ग्राहक जोड़ें",
    "Tier": "श्रेणी",
    "Registration": "पंजीकरण",
    "SEBI or ARN registration": "सेबी या एआरएन पंजीकरण",
    "Tags": "टैग",
    "separated by commas": "अल्पविराम से अलग",
    "How they agreed": "सहमति कैसे दी",
    "web form": "वेब फ़ॉर्म",
    "web form, signed form": "वेब फ़ॉर्म, हस्ताक्षरित फ़ॉर्म",
    "Evidence": "प्रमाण",
    "where the proof lies": "प्रमाण कहाँ रखा है",
    "Why (kept in the audit trail)": "क्यों (ऑडिट में दर्ज रहेगा)",
    "Where the request can be found": "अनुरोध कहाँ मिलेगा",
    "This subscriber is not in your list any more.": "यह ग्राहक अब आपकी सूची में नहीं है।",
    "There is no such subscriber": "ऐसा कोई ग्राहक नहीं",
    "Who this person is, what they got, and why not": (
        "यह व्यक्ति कौन है, उसे क्या मिला, और नहीं मिला तो क्यों"
    ),
    "Edit…": "बदलें…",
    "Who they are": "वे कौन हैं",
    "Consent": "सहमति",
    "Older messages": "पुराने संदेश",
    "No subscribers yet": "अभी कोई ग्राहक नहीं",
    "Add the first one, or bring in a list as CSV: name, phone, language, tier, state, and how "
    "they agreed to be written to.": (
        "पहला जोड़ें, या CSV सूची लाएँ: नाम, फ़ोन, भाषा, श्रेणी, राज्य, और संदेश की सहमति कैसे दी।"
    ),
    "No subscriber matches what you look for.": "आप जो खोज रहे हैं, उससे कोई ग्राहक मेल नहीं खाता।",
    # import
    "A CSV list or an Excel workbook, checked row by row before anything is written": (
        "CSV सूची या एक्सेल फ़ाइल; कुछ भी लिखने से पहले हर पंक्ति जाँची जाती है"
    ),
    "It is taken over now, a few rows at a time.": "अभी ली जा रही है, थोड़ी-थोड़ी पंक्तियाँ।",
    "Taken back.": "वापस ले ली।",
    "Back to the list": "सूची पर लौटें",
    "1 · Choose the file": "1 · फ़ाइल चुनें",
    "3 · What it would do; nothing is written yet": "3 · इससे क्या होगा; अभी कुछ लिखा नहीं गया",
    "Consent of rows that name none": "जिन पंक्तियों में सहमति नहीं लिखी, उनकी सहमति",
    "What a list looks like": "सूची कैसी दिखती है",
    "Lists that were staged": "तैयार रखी सूचियाँ",
    "date": "तारीख़",
    "Choose another file": "दूसरी फ़ाइल चुनें",
    "Import this list?": "यह सूची इंपोर्ट करें?",
    "Import": "इंपोर्ट करें",
    "Import…": "इंपोर्ट करें…",
    "Rows that are left out": "छोड़ी गई पंक्तियाँ",
    "Take it over now?": "अभी ले लें?",
    "A broadcast is going out. The list is taken over all the same, a few rows at a time, so that "
    "the sends do not notice.": (
        "प्रसारण चल रहा है। सूची फिर भी ली जाएगी, थोड़ी-थोड़ी पंक्तियाँ, ताकि भेजने पर असर न पड़े।"
    ),
    "Take it over now": "अभी ले लें",
    "Take back": "वापस लें",
    "Problems of the file": "फ़ाइल की गड़बड़ियाँ",
    "Do not wait…": "इंतज़ार न करें…",
    "Check the file again": "फ़ाइल फिर जाँचें",
    "Row": "पंक्ति",
    "Column": "कॉलम",
    "What to mend": "क्या सुधारें",
    # who gets nothing
    "Everybody gets it": "सबको मिल रहा है",
    "Nobody missed most of the last days' messages.": ("पिछले दिनों के ज़्यादातर संदेश किसी से नहीं छूटे।"),
    "Last received": "आख़िरी बार मिला",
    "Why, the last time": "पिछली बार क्यों नहीं",
    "What to do": "क्या करें",
    # replies
    "What people answered, and how long you may still answer them": (
        "लोगों ने क्या जवाब दिया, और आप कब तक उत्तर दे सकते हैं"
    ),
    "Done.": "हो गया।",
    "Open again.": "फिर खुला।",
    "Reopen": "फिर खोलें",
    "No conversation is open": "कोई बातचीत खुली नहीं",
    "Choose one from the list to read and answer it.": "पढ़ने और उत्तर देने के लिए सूची से चुनें।",
    "Try another name or number.": "कोई और नाम या नंबर आज़माएँ।",
    "What people answer to the morning message comes here by itself.": (
        "सुबह के संदेश पर लोग जो जवाब देते हैं, वह अपने-आप यहाँ आता है।"
    ),
    "Send the answer": "उत्तर भेजें",
    # users
    "Who may come in, and what each may do": "कौन अंदर आ सकता है, और कौन क्या कर सकता है",
    "The invitation is withdrawn.": "आमंत्रण वापस ले लिया।",
    "Invite a person…": "किसी को आमंत्रित करें…",
    "Make the link": "लिंक बनाएँ",
    "New role": "नई भूमिका",
    "Invited, and not here yet": "आमंत्रित, पर अभी आए नहीं",
    "Open invitations": "खुले आमंत्रण",
    "Deactivated": "निष्क्रिय",
    "The link opens nothing any more. You can invite them again.": (
        "लिंक अब कुछ नहीं खोलेगा। आप उन्हें फिर आमंत्रित कर सकते हैं।"
    ),
    "Withdraw it": "वापस लें",
    "Withdraw…": "वापस लें…",
    "Last here": "आख़िरी बार आए",
    "May sign in": "साइन इन कर सकते हैं",
    "The link is good until": "लिंक कब तक चलेगा",
    # emergency channels
    "In an emergency, also by": "आपातकाल में इनसे भी",
    "agreed": "सहमति दी",
    "not agreed": "सहमति नहीं",
    "They agreed to one more": "इन्होंने एक और के लिए सहमति दी",
    "By": "किससे",
    "Note it": "दर्ज करें",
    "Noted.": "दर्ज किया।",
    "They took it back": "सहमति वापस ली",
    "Agreed to e-mail in an emergency": "आपातकाल में ई-मेल के लिए सहमत",
    "Agreed to SMS in an emergency": "आपातकाल में एसएमएस के लिए सहमत",
    "They have not agreed to it.": "इन्होंने इसके लिए सहमति नहीं दी।",
    "That is not an e-mail address.": "यह ई-मेल पता नहीं है।",
    "They have no phone number here.": "यहाँ इनका कोई फ़ोन नंबर नहीं है।",
}
