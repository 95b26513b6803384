"""Audit, schedule, organisation, API & webhooks."""

SETTINGS = {
    # audit
    "Who did what, when and to what; nothing here can be changed": (
        "किसने क्या, कब और किस पर किया; यहाँ कुछ बदला नहीं जा सकता"
    ),
    "Keep the file where nobody who can change the database can write.": (
        "फ़ाइल वहाँ रखें जहाँ डेटाबेस बदल सकने वाला कोई लिख न सके।"
    ),
    "In the trail": "ऑडिट में",
    "Last anchor": "पिछला एंकर",
    "Walking the chain…": "कड़ियाँ जाँची जा रही हैं…",
    "Verify the chain": "कड़ियाँ जाँचें",
    "Take an anchor": "एंकर लें",
    "The end of the trail as a file, to keep away from this machine": (
        "ऑडिट का अंतिम सिरा फ़ाइल में, इस मशीन से दूर रखने के लिए"
    ),
    "Audit trail": "ऑडिट",
    "No entry matches what you look for.": "आप जो खोज रहे हैं, वैसी कोई प्रविष्टि नहीं।",
    # schedule
    "When broadcasts go out, how fast, and on which days nothing does": (
        "प्रसारण कब जाते हैं, कितनी तेज़ी से, और किन दिनों कुछ नहीं जाता"
    ),
    "Nothing is sent on this day.": "इस दिन कुछ नहीं भेजा जाएगा।",
    "This day is sent on again.": "इस दिन फिर भेजा जाएगा।",
    "Wait, in seconds": "रुकें, सेकंड में",
    "Failures allowed": "कितनी विफलताएँ चलेंगी",
    "Share allowed, in %": "कितना हिस्सा चलेगा, % में",
    "Time": "समय",
    "Time zone": "समय क्षेत्र",
    "Pace": "गति",
    "Window in minutes (empty: 2 min 30 s)": "विंडो मिनट में (ख़ाली: 2 मिनट 30 सेकंड)",
    "When the engine comes too late": "इंजन देर से आए तो",
    "Too late is, in minutes after the opening": "खुलने के कितने मिनट बाद देर मानी जाए",
    "Days that are left out": "छोड़े गए दिन",
    "New one-off…": "एक बार का नया…",
    "New daily…": "रोज़ का नया…",
    "No broadcast is opened by it until somebody switches it on again. One that was opened already "
    "goes on: its own page has pause and abort.": (
        "किसी के फिर चालू करने तक इससे कोई प्रसारण नहीं खुलेगा। जो खुल चुका है वह चलता रहेगा: रोकने और "
        "बंद करने के बटन उसके अपने पेज पर हैं।"
    ),
    "Switch it off": "बंद करें",
    "Switch off…": "बंद करें…",
    "Switch on": "चालू करें",
    "Nothing is scheduled": "कुछ तय नहीं है",
    "A daily schedule sends what is approved for its day; a one-off sends once.": (
        "रोज़ की समय-सारणी उस दिन की मंज़ूर सामग्री भेजती है; एक बार वाली सिर्फ़ एक बार।"
    ),
    "Plan preview": "योजना की झलक",
    "Send on it": "इस दिन भेजें",
    "Diwali: markets closed": "दिवाली: बाज़ार बंद",
    # organisation
    "What your organisation sets for itself; each holds as it says": (
        "आपकी संस्था अपने लिए क्या तय करती है; हर बात वैसे ही लागू होती है"
    ),
    "Secrets of this installation": "इस इंस्टॉलेशन की गुप्त कुंजियाँ",
    "History of the settings": "सेटिंग्स का इतिहास",
    "Setting": "सेटिंग",
    # API
    "How WhatsApp reaches this house, and how your programs do": (
        "WhatsApp यहाँ तक कैसे पहुँचता है, और आपके प्रोग्राम कैसे"
    ),
    "The key is revoked. Requests with it are refused from now on.": (
        "कुंजी रद्द की गई। उससे आए अनुरोध अब से ठुकराए जाएँगे।"
    ),
    "Webhooks from WhatsApp": "WhatsApp के वेबहुक",
    "API keys": "एपीआई कुंजियाँ",
    "How to call it": "कैसे बुलाएँ",
    "Last webhook": "पिछला वेबहुक",
    "In the last hour": "पिछले घंटे में",
    "in the last hour": "पिछले घंटे में",
    "In 24 hours": "24 घंटे में",
    "Waiting to be read": "पढ़े जाने बाकी",
    "Slowest to be read": "सबसे देर से पढ़ा गया",
    "Not readable": "पढ़ने लायक नहीं",
    "kept as they came": "जैसे आए वैसे रखे",
    "Of unknown messages": "अज्ञात संदेशों के",
    "receipts, kept": "रसीदें, रखी हुईं",
    "Make a key…": "कुंजी बनाएँ…",
    "Name of the program": "प्रोग्राम का नाम",
    "Every request with it is refused from then on. This cannot be undone; make another key for a "
    "program that still needs one.": (
        "उसके बाद इससे आया हर अनुरोध ठुकराया जाएगा। इसे वापस नहीं लिया जा सकता; जिस प्रोग्राम को अब भी "
        "चाहिए, उसके लिए दूसरी कुंजी बनाएँ।"
    ),
    "Revoke it": "रद्द करें",
    "Revoke…": "रद्द करें…",
    "Make the key": "कुंजी बनाएँ",
    "Begins with": "शुरुआत",
    "May": "क्या कर सकती है",
    "Made": "बनी",
    # channels
    "What goes by e-mail or SMS: the day's report, and the emergency": (
        "जो ई-मेल या एसएमएस से जाता है: दिन की रिपोर्ट, और आपातकाल के संदेश"
    ),
    "The day’s report by e-mail": "दिन की रिपोर्ट ई-मेल से",
    "Addresses": "पते",
    "Not before": "इससे पहले नहीं",
    "PDF, one page": "पीडीएफ़, एक पन्ना",
    "CSV file": "सीएसवी फ़ाइल",
    "Mail it every day": "हर दिन भेजें",
    "It goes once a day, when the verdict is final: ten minutes after the window closed, or later "
    "by the time above.": (
        "यह दिन में एक बार जाती है, जब फ़ैसला पक्का हो: समय बंद होने के दस मिनट बाद, "
        "या ऊपर दिए समय पर अगर वह बाद में हो।"
    ),
    "Send the latest day now": "पिछला दिन अभी भेजें",
    "It is on its way. The log below tells what becomes of it.": (
        "वह रास्ते में है। नीचे का लेखा बताएगा कि उसका क्या हुआ।"
    ),
    "Mail server": "मेल सर्वर",
    "Carries the day’s report, and the emergency’s e-mails.": (
        "दिन की रिपोर्ट और आपातकाल के ई-मेल ले जाता है।"
    ),
    "SMS provider": "एसएमएस प्रदाता",
    "Carries the emergency’s SMS. What is posted is JSON; the provider gets the number, the "
    "message and what makes it one where the holes of the usual text stand.": (
        "आपातकाल के एसएमएस ले जाता है। जेसन भेजा जाता है; साधारण पाठ के कोष्ठकों की जगह "
        "प्रदाता को नंबर, संदेश और उसकी पहचान मिलती है।"
    ),
    "Remove it?": "इसे हटाएँ?",
    "Nothing is carried by it from then on, and what is secret about it is gone. This cannot be "
    "undone.": (
        "इसके बाद इससे कुछ नहीं जाता, और इसकी गोपनीय बातें मिट जाती हैं। इसे वापस नहीं किया जा सकता।"
    ),
    "No report was mailed yet": "अभी कोई रिपोर्ट नहीं भेजी गई",
    "The log says of each what became of it.": "लेखा हर एक के बारे में बताता है कि उसका क्या हुआ।",
    "Kept.": "रख लिया।",
    "Kept as it is": "जैसा है वैसा रहेगा",
    "Server": "सर्वर",
    "Port": "पोर्ट",
    "Security": "सुरक्षा",
    "User": "उपयोगकर्ता",
    "Messages a second": "एक सेकंड में संदेश",
    "Header of the key": "कुंजी का हेडर",
    "What is posted": "क्या भेजा जाता है",
    "on its way": "रास्ते में",
    "{count} tries": "{count} कोशिशें",
    "again at {at}": "फिर {at} पर",
    "asked for by hand": "हाथ से माँगी गई",
    "Nothing was changed.": "कुछ नहीं बदला गया।",
    "Say to whom it goes.": "बताएँ कि यह किसे जाती है।",
    "Say first which mail server carries it.": "पहले बताएँ कि कौन-सा मेल सर्वर इसे ले जाएगा।",
    "Templates looked at again, before the morning": "टेम्पलेट की दोबारा जाँच, सुबह से पहले",
    "One that WhatsApp stopped gives its place to one approved to stand in.": (
        "WhatsApp ने जिसे रोका, उसकी जगह वह लेता है जिसे इसके लिए मंज़ूरी मिली है।"
    ),
    "Connections opened, before the morning": "कनेक्शन खोलना, सुबह से पहले",
    "So that a way to WhatsApp that is closed is known while there is time.": (
        "ताकि WhatsApp का बंद रास्ता समय रहते पता चल जाए।"
    ),
}
