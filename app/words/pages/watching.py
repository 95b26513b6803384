"""Alerts, reports, evidence, backups."""

WATCHING = {
    # alerts
    "What is wrong now, who sees to it, and who is told": (
        "अभी क्या गड़बड़ है, उसे कौन देख रहा है, और किसे बताया गया"
    ),
    "Acknowledge": "देख लिया",
    "Alerts stand on this page alone until an administrator adds a channel.": (
        "जब तक कोई व्यवस्थापक चैनल न जोड़े, अलर्ट केवल इसी पेज पर दिखते हैं।"
    ),
    "Channel": "चैनल",
    "Delivery log": "भेजने का लेखा",
    "End it": "इसे समाप्त करें",
    "Fires": "कब बजता है",
    "How": "कैसे",
    "It is told nothing from then on, and what is secret about it is gone. Its log stays. "
    "This cannot be undone.": (
        "इसके बाद इसे कुछ नहीं बताया जाता और इसकी गोपनीय बातें मिट जाती हैं। इसका लेखा रहता है। "
        "इसे वापस नहीं किया जा सकता।"
    ),
    "Keep quiet": "शांत रखें",
    "Leads to": "कहाँ जाता है",
    "Nobody is told of": "किसी को नहीं बताया जाता",
    "Nobody is told yet": "अभी किसी को नहीं बताया जाता",
    "Nothing is wrong": "सब ठीक है",
    "Outcome": "नतीजा",
    "Quiet": "शांत",
    "Remove": "हटाएँ",
    "Resolved": "सुलझे हुए",
    "Rule": "नियम",
    "Rules": "नियम",
    "Switch off": "बंद करें",
    "Test": "जाँच",
    "Told from": "कब से बताया जाए",
    "Until": "कब तक",
    "What the rules below watch is well. It is looked at every second in the window.": (
        "नीचे के नियम जिन पर नज़र रखते हैं, वह सब ठीक है। भेजने के समय हर सेकंड देखा जाता है।"
    ),
    # backups
    "Backups": "बैकअप",
    "Everything in one file, taken every day and restored for a test": (
        "सब कुछ एक फ़ाइल में, हर दिन लिया गया और परखने के लिए लौटाया गया"
    ),
    "File": "फ़ाइल",
    "No backup yet": "अभी कोई बैकअप नहीं",
    "Only when the original's engine has ended for good: otherwise both send. What was open when "
    "the backup was taken is held, and only a person sends it again. This cannot be undone.": (
        "केवल तब, जब मूल का इंजन हमेशा के लिए रुक चुका हो: नहीं तो दोनों भेजेंगे। बैकअप के समय जो अधूरा था, "
        "वह रोका जाता है और केवल कोई व्यक्ति उसे फिर भेजता है। इसे वापस नहीं किया जा सकता।"
    ),
    "Release the copy": "प्रति को भेजने दें",
    "Release this copy": "इस प्रति को भेजने दें",
    "Release this copy?": "इस प्रति को भेजने दें?",
    "Rows": "पंक्तियाँ",
    "Sealed": "पासवर्ड से बंद",
    "Size": "आकार",
    "Take a backup now": "अभी बैकअप लें",
    "Taken": "कब लिया",
    "The first one is taken tonight, or now.": "पहला आज रात लिया जाएगा, या अभी।",
    # evidence
    "A day as one signed file: what was approved, who got it when, every exception": (
        "एक दिन, एक हस्ताक्षरित फ़ाइल में: क्या मंज़ूर हुआ, किसे कब मिला, हर अपवाद"
    ),
    "After the first morning its evidence can be made here.": (
        "पहली सुबह के बाद उसका साक्ष्य यहाँ बनाया जा सकता है।"
    ),
    "Make a pack": "पैक बनाएँ",
    "Packs": "पैक",
    "Public keys": "सार्वजनिक कुंजियाँ",
    # reports
    "What was promised, what happened, what it cost, and what to do": (
        "क्या वादा था, क्या हुआ, कितना खर्च हुआ, और क्या करना है"
    ),
    "A day is counted ten minutes after its window closes. Choose other days, or look at Live "
    "while a broadcast goes out.": (
        "कोई दिन अपना समय समाप्त होने के दस मिनट बाद गिना जाता है। दूसरे दिन चुनें, या प्रसारण के दौरान "
        "लाइव देखें।"
    ),
    "Amount": "राशि",
    "Attempts refused": "ठुकराए गए प्रयास",
    "Came to": "कितना हुआ",
    "Cost by WhatsApp’s rate card": "WhatsApp की दर-सूची से खर्च",
    "Day by day": "दिन-प्रतिदिन",
    "Days": "दिन",
    "Errors by cause": "कारण के अनुसार गड़बड़ियाँ",
    "Given up on": "जिन्हें छोड़ दिया गया",
    "Goal": "लक्ष्य",
    "No figures for these days": "इन दिनों के आँकड़े नहीं हैं",
    "Promise": "वादा",
    "Recommended": "सुझाव",
    "What was promised": "क्या वादा था",
    "Who reads": "कौन पढ़ता है",
    "Something is not ready for the window": "विंडो के लिए कुछ तैयार नहीं है",
    "{n} step before it failed": "उससे पहले का {n} क़दम विफल",
    "{n} steps before it failed": "उससे पहले के {n} क़दम विफल",
}
