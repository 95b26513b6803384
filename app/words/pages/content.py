"""Content, the calendar, approvals, compliance rules and templates."""

CONTENT = {
    "What your subscribers read, day by day": "आपके ग्राहक हर दिन क्या पढ़ते हैं",
    "Content by day": "दिन के हिसाब से सामग्री",
    "Calendar": "कैलेंडर",
    "Content calendar": "सामग्री कैलेंडर",
    "What is written for which morning, and what became of it": (
        "किस सुबह के लिए क्या लिखा गया, और उसका क्या हुआ"
    ),
    "As a list": "सूची में",
    "Previous month": "पिछला महीना",
    "Next month": "अगला महीना",
    "Write the first one": "पहली लिखें",
    "New content": "नई सामग्री",
    "Write here what the morning's message says, and send it to be approved": (
        "सुबह के संदेश में क्या जाएगा, यहाँ लिखें और मंज़ूरी के लिए भेजें"
    ),
    "Save draft": "ड्राफ़्ट सहेजें",
    "Not saved yet": "अभी सहेजा नहीं",
    "Submit": "मंज़ूरी को भेजें",
    "Submit…": "मंज़ूरी को भेजें…",
    "Submit for approval?": "मंज़ूरी के लिए भेजें?",
    "It is saved and goes to the approvers. Somebody else has to read and approve it before it can "
    "be sent; a change after that starts over.": (
        "यह सहेजकर अनुमोदकों के पास जाएगी। भेजे जाने से पहले किसी और को इसे पढ़कर मंज़ूर करना होगा; "
        "उसके बाद कुछ बदला तो सब फिर से होगा।"
    ),
    "Submitted. An approver has to read it now.": "भेज दी। अब किसी अनुमोदक को इसे पढ़ना है।",
    "Nothing is written yet": "अभी कुछ लिखा नहीं गया",
    "Each morning needs one content pack: written by an author, approved by somebody else.": (
        "हर सुबह के लिए एक सामग्री चाहिए: लेखक की लिखी, किसी और की मंज़ूर की हुई।"
    ),
    "This content does not exist": "यह सामग्री मौजूद नहीं",
    "Use in every language": "हर भाषा में लगाएँ",
    "Take it out": "निकालें",
    "Evergreens": "हर दिन चलने वाली",
    "Stands in when nothing is approved": "कुछ मंज़ूर न हो तो यही जाती है",
    "Compliance checks": "अनुपालन जाँच",
    "Test on your own phone": "अपने फ़ोन पर जाँचें",
    "Now write the code from that phone.": "अब उसी फ़ोन से कोड लिखकर भेजें।",
    "Confirmed, for this sandbox.": "इस सैंडबॉक्स के लिए पक्का हुआ।",
    "The phone is taken away.": "फ़ोन हटा दिया गया।",
    "A test is on its way to your phone.": "जाँच संदेश आपके फ़ोन पर आ रहा है।",
    "Confirm this phone": "यह फ़ोन पक्का करें",
    "Another phone": "दूसरा फ़ोन",
    "Send this to your phone?": "इसे अपने फ़ोन पर भेजें?",
    "What is saved in the language on the desk goes to your phone alone, with TEST before its "
    "first value. It is recorded, and counts as no delivery.": (
        "खुली हुई भाषा में जो सहेजा है, वह सिर्फ़ आपके फ़ोन पर जाएगा, पहले मान के आगे टेस्ट लिखकर। यह "
        "दर्ज होता है, पर डिलीवरी में नहीं गिना जाता।"
    ),
    "Send the test": "जाँच भेजें",
    "Confirm it here (sandbox)": "यहीं पक्का करें (सैंडबॉक्स)",
    "Send me a test…": "मुझे जाँच भेजें…",
    # approvals
    "Exactly what subscribers will get, for you to approve or send back": (
        "ग्राहकों को ठीक यही मिलेगा; मंज़ूर करें या लौटाएँ"
    ),
    "Somebody other than the author reads what subscribers will get": (
        "ग्राहकों को जो मिलेगा, उसे लेखक के अलावा कोई और पढ़ता है"
    ),
    "Waiting for approval": "मंज़ूरी के इंतज़ार में",
    "Decided lately": "हाल के फ़ैसले",
    "Nothing waits for approval": "मंज़ूरी के लिए कुछ बाकी नहीं",
    "When an author submits content, it appears here for somebody else to read.": (
        "लेखक जब सामग्री भेजता है, वह यहाँ आती है ताकि कोई और पढ़े।"
    ),
    "Review": "पढ़ें",
    "Content hash": "सामग्री हैश",
    "What the content hash covers": "सामग्री हैश में क्या-क्या आता है",
    "What changed": "क्या बदला",
    "Approved. It will be sent exactly like this.": "मंज़ूर। यह ठीक इसी रूप में जाएगी।",
    "It is back with its author, with your comment.": "आपकी टिप्पणी के साथ लेखक को लौटा दी।",
    "Send it back to the author?": "लेखक को लौटाएँ?",
    "The author reads your comment and mends it. If it was approved, the approval ends now and "
    "nothing is sent until somebody approves again.": (
        "लेखक आपकी टिप्पणी पढ़कर सुधारेगा। मंज़ूर थी तो मंज़ूरी अभी ख़त्म, और दोबारा मंज़ूर होने तक कुछ "
        "नहीं भेजा जाएगा।"
    ),
    "Send it back": "लौटाएँ",
    "Approve exactly this?": "ठीक यही मंज़ूर करें?",
    "Your approval binds to everything shown here: the words, the values, the templates and their "
    "versions. It is recorded with your name and cannot be unsaid, only taken back before the "
    "broadcast is frozen.": (
        "आपकी मंज़ूरी यहाँ दिखी हर चीज़ पर है: शब्द, मान, टेम्पलेट और उनके संस्करण। यह आपके नाम से दर्ज "
        "होगी; मिटाई नहीं जा सकती, सिर्फ़ सूची पक्की होने से पहले वापस ली जा सकती है।"
    ),
    "Approve": "मंज़ूर करें",
    "Approve…": "मंज़ूर करें…",
    "Reject…": "नामंज़ूर करें…",
    "Send back…": "लौटाएँ…",
    # compliance
    "What every content is checked for, when it is submitted and when it is approved": (
        "भेजते और मंज़ूर करते समय हर सामग्री की क्या-क्या जाँच होती है"
    ),
    "What a failed check does": "जाँच में चूक पर क्या होता है",
    "Save as a new edition": "नया संस्करण सहेजें",
    "Fill in the usual ones": "सामान्य वाले भरें",
    # templates
    "What WhatsApp has approved, how it does, and what takes over when it may not be sent": (
        "WhatsApp ने क्या मंज़ूर किया, वह कैसा चल रहा है, और न जा सके तो उसकी जगह क्या जाएगा"
    ),
    "Asked of WhatsApp": "WhatsApp से माँगा गया",
    "Sync": "मिलान करें",
    "New template…": "नया टेम्पलेट…",
    "There is no template yet": "अभी कोई टेम्पलेट नहीं",
    "Create one here, or sync to take over what the account has already.": (
        "यहाँ बनाएँ, या खाते में जो पहले से हैं उन्हें मिलान करके ले आएँ।"
    ),
    "None is in this state": "इस स्थिति में कोई नहीं",
    "Choose another one above.": "ऊपर से कोई और चुनें।",
    "Delete it": "हटाएँ",
    "Submit for review": "समीक्षा को भेजें",
    "WhatsApp is being asked.": "WhatsApp से पूछा जा रहा है।",
    "Templates that may stand in": "जो टेम्पलेट जगह ले सकते हैं",
    "As it would be read": "जैसा पढ़ा जाएगा",
    "Template": "टेम्पलेट",
    "WhatsApp may stop a template at any minute. Your approval covers these words, too: the first "
    "that can be sent takes over, with the same values.": (
        "WhatsApp किसी भी मिनट टेम्पलेट रोक सकता है। आपकी मंज़ूरी में ये शब्द भी शामिल हैं: जो पहला भेजा "
        "जा सके, वही उन्हीं मानों के साथ जगह लेता है।"
    ),
}
