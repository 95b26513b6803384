"""One's own account."""

PROFILE = {
    "Your own account: who you are here, and how you come in": (
        "आपका अपना खाता: यहाँ आप कौन हैं, और कैसे आते हैं"
    ),
    "Account": "खाता",
    "Name": "नाम",
    "Role": "भूमिका",
    "Save the name": "नाम सहेजें",
    "Change the password…": "पासवर्ड बदलें…",
    "Browser": "ब्राउज़र",
    "Address": "पता",
    "Signed in": "साइन इन",
    "Last used": "आख़िरी इस्तेमाल",
    "Sessions": "सत्र",
    "Where you are signed in": "आप कहाँ-कहाँ साइन इन हैं",
    "End all others…": "बाकी सब समाप्त करें…",
    "End all your other sessions?": "अपने बाकी सभी सत्र समाप्त करें?",
    "Every other browser where you are signed in leaves for the sign-in page within seconds. "
    "This one goes on.": (
        "जिन दूसरे ब्राउज़रों में आप साइन इन हैं, वे कुछ ही सेकंड में साइन-इन पेज पर चले जाएँगे। यह वाला चलता रहेगा।"
    ),
    "End the others": "बाकी समाप्त करें",
    "This one": "यही वाला",
    "End": "समाप्त करें",
    "Saved. Others see it from now on.": "सहेज लिया। अब से दूसरों को यही दिखेगा।",
    "That session is over.": "वह सत्र समाप्त हो गया।",
    "From now on a code is asked for.": "अब से कोड माँगा जाएगा।",
    "The old codes are worth nothing now.": "पुराने कोड अब काम के नहीं रहे।",
    "Your password alone lets you in again.": "अब फिर सिर्फ़ पासवर्ड से अंदर आ सकते हैं।",
    # the second factor
    "Second factor": "दूसरा सत्यापन",
    "On": "चालू",
    "Off": "बंद",
    "Code": "कोड",
    "Remove the second factor?": "दूसरा सत्यापन हटाएँ?",
    "Renew the codes?": "कोड नए बनाएँ?",
    "Whoever knows your password can then come in. Type a code from the app, or a recovery code.": (
        "फिर जिसे भी आपका पासवर्ड पता हो, वह अंदर आ सकेगा। ऐप का कोड या कोई रिकवरी कोड लिखें।"
    ),
    "Your old recovery codes are worth nothing afterwards. Type a code from the app, or one of "
    "them.": "इसके बाद पुराने रिकवरी कोड काम नहीं करेंगे। ऐप का कोड या उन्हीं में से कोई एक लिखें।",
    "Remove it": "हटाएँ",
    "Renew them": "नए बनाएँ",
    "With an authenticator app on your phone, a stolen password alone opens nothing here: at each "
    "sign-in a code from the app is asked for, too.": (
        "फ़ोन में ऑथेंटिकेटर ऐप हो तो चोरी हुए पासवर्ड से अकेले यहाँ कुछ नहीं खुलता: हर साइन-इन पर "
        "ऐप का कोड भी माँगा जाता है।"
    ),
    "Set it up": "चालू करें",
    "Scan this with your authenticator app, or type the key into it.": (
        "इसे ऑथेंटिकेटर ऐप से स्कैन करें, या कुंजी उसमें लिखें।"
    ),
    "QR code for the authenticator app": "ऑथेंटिकेटर ऐप के लिए क्यूआर कोड",
    "Key": "कुंजी",
    "The code the app shows now": "ऐप में अभी दिख रहा कोड",
    "Confirm": "पक्का करें",
    "A code from your app is asked for at each sign-in, since ": (
        "हर साइन-इन पर ऐप का कोड माँगा जाता है, इस तारीख़ से: "
    ),
    "You have no recovery code left: renew them before you lose your phone.": (
        "कोई रिकवरी कोड नहीं बचा: फ़ोन खोने से पहले नए बना लें।"
    ),
    "Recovery codes left: ": "बचे हुए रिकवरी कोड: ",
    "Renew the recovery codes…": "रिकवरी कोड नए बनाएँ…",
    "Remove it…": "हटाएँ…",
    "Your recovery codes. Each lets you in once, if you lose your phone. They are shown only now: "
    "print them, or put them into your password manager.": (
        "आपके रिकवरी कोड। फ़ोन खो जाए तो हर कोड से एक बार अंदर आ सकते हैं। ये सिर्फ़ अभी दिख रहे हैं: "
        "छाप लें, या पासवर्ड मैनेजर में रख लें।"
    ),
    "Copy them": "कॉपी करें",
    "I have kept them": "मैंने रख लिए",
    # Each by its name: “… on …” is in many a sentence that is none of these.
    "Edge on {system}": "{system} पर एज",
    "Opera on {system}": "{system} पर ओपेरा",
    "Firefox on {system}": "{system} पर फ़ायरफ़ॉक्स",
    "Chrome on {system}": "{system} पर क्रोम",
    "Safari on {system}": "{system} पर सफ़ारी",
    "A browser on {system}": "{system} पर कोई ब्राउज़र",
    "{t} ago": "{t} पहले",
}
