"""Broadcasts, plans, comparison, deliveries, dead letters, and senders."""

DELIVERY = {
    "Every morning so far, and whether its promise was kept": (
        "अब तक की हर सुबह, और उसका वादा पूरा हुआ या नहीं"
    ),
    "No broadcast yet": "अभी कोई प्रसारण नहीं",
    "The first one stands here as soon as its morning is opened. The Live page says when.": (
        "पहली सुबह खुलते ही वह यहाँ दिखेगी। कब, यह लाइव पेज बताता है।"
    ),
    "There is no such broadcast": "ऐसा कोई प्रसारण नहीं",
    "Who got this morning's message, who did not, and why": (
        "इस सुबह का संदेश किसे मिला, किसे नहीं, और क्यों"
    ),
    "Close all held ones?": "रुके हुए सभी बंद करें?",
    "Nothing more is sent for them. This cannot be undone; receipts that still come show what "
    "arrived.": (
        "इनके लिए और कुछ नहीं भेजा जाएगा। इसे वापस नहीं लिया जा सकता; जो रसीदें फिर भी आएँगी, वे "
        "दिखाएँगी कि क्या पहुँचा।"
    ),
    "Close them": "बंद करें",
    "Close them…": "बंद करें…",
    "Retry what failed?": "जो विफल हुए उन्हें फिर भेजें?",
    "Retry them": "फिर भेजें",
    "Retry failed only…": "सिर्फ़ विफल फिर भेजें…",
    "Lanes": "लेन",
    "Plan": "योजना",
    "Compare": "तुलना",
    "Who was left out": "कौन छोड़े गए",
    "No recipient matches what you look for.": "आप जो खोज रहे हैं, उससे कोई मेल नहीं खाता।",
    "Peak": "अधिकतम",
    # comparison
    "What differed between two broadcasts, and which did better": (
        "दो प्रसारणों में क्या अलग था, और कौन बेहतर रहा"
    ),
    "Two broadcasts are needed": "दो प्रसारण चाहिए",
    "Choose two that were planned. Until there are two, there is nothing to compare.": (
        "ऐसे दो चुनें जिनकी योजना बनी थी। दो न होने तक तुलना के लिए कुछ नहीं।"
    ),
    "Difference": "अंतर",
    # plan
    "Which sender takes whom, second by second": "कौन-सा प्रेषक किसे लेता है, सेकंड-दर-सेकंड",
    "There is no such plan": "ऐसी कोई योजना नहीं",
    "Open one from a schedule, or from a broadcast.": "समय-सारणी या किसी प्रसारण से खोलें।",
    "No plan to show": "दिखाने को कोई योजना नहीं",
    "Messages a second, stacked by sender": "प्रति सेकंड संदेश, प्रेषक के हिसाब से",
    "primary": "मुख्य",
    "The plan of each sender": "हर प्रेषक की योजना",
    "Who is not planned, and why": "किसकी योजना नहीं बनी, और क्यों",
    "The broadcast": "प्रसारण",
    "Make it anew": "नई बनाएँ",
    "First": "पहला",
    "Last": "आख़िरी",
    "Peak of rate": "अधिकतम गति",
    "Cap left": "बची सीमा",
    "Whom it does not take": "किन्हें नहीं लेता",
    # a delivery
    "It is sent again now.": "अभी फिर भेजा जा रहा है।",
    "Closed. Nothing more is sent for it.": "बंद किया। इसके लिए और कुछ नहीं भेजा जाएगा।",
    "There is no such delivery": "ऐसी कोई डिलीवरी नहीं",
    "Whether this one message arrived, and what may be done": (
        "यह एक संदेश पहुँचा या नहीं, और क्या किया जा सकता है"
    ),
    "Send it again?": "फिर से भेजें?",
    "Send it again": "फिर से भेजें",
    "It goes at once, through a sender that may send. It is refused when the person said stop "
    "since, or when its approval does not hold any more.": (
        "यह किसी चालू प्रेषक से तुरंत जाएगा। व्यक्ति ने इस बीच मना किया हो या मंज़ूरी अब मान्य न हो, तो "
        "नहीं जाएगा।"
    ),
    "Put it back": "वापस लगाएँ",
    "Put back…": "वापस लगाएँ…",
    "Put back knowingly…": "जानते हुए वापस लगाएँ…",
    "For the record": "रिकॉर्ड के लिए",
    "Close this delivery?": "यह डिलीवरी बंद करें?",
    "Nothing more is sent for it. A receipt that still comes shows that it arrived.": (
        "इसके लिए और कुछ नहीं भेजा जाएगा। रसीद फिर भी आए तो पता चलेगा कि पहुँच गया।"
    ),
    "Close it": "बंद करें",
    "Close with a reason…": "कारण देकर बंद करें…",
    "What was sent": "क्या भेजा गया",
    "Send again knowingly…": "जानते हुए फिर भेजें…",
    # dead letters
    "Messages we gave up on. Put back what may still go; close the rest with a reason.": (
        "जिन संदेशों पर हमने हार मानी। जो अब भी जा सकते हैं उन्हें वापस लगाएँ; बाकी कारण देकर बंद करें।"
    ),
    "Only these": "सिर्फ़ यही",
    "Nothing here matches what you look for.": "आप जो खोज रहे हैं, वैसा यहाँ कुछ नहीं।",
    "Put all back…": "सभी वापस लगाएँ…",
    "Close all…": "सभी बंद करें…",
    "By cause": "कारण के हिसाब से",
    "Cause": "कारण",
    "Tries": "कोशिशें",
    "Since": "कब से",
    "No dead letters": "कोई न पहुँचा संदेश नहीं",
    "Whatever we give up on comes here and stays until somebody puts it back or closes it. Nothing "
    "is dropped in silence.": (
        "जिस पर हम हार मानते हैं वह यहाँ आता है और तब तक रहता है जब तक कोई उसे वापस न लगाए या बंद न "
        "करे। चुपचाप कुछ नहीं छूटता।"
    ),
    "Nothing is held": "कुछ रुका हुआ नहीं",
    "What WhatsApp never answered and never sent a receipt for would wait here for your word.": (
        "जिसका WhatsApp ने न उत्तर दिया न रसीद भेजी, वह यहाँ आपके फ़ैसले का इंतज़ार करेगा।"
    ),
    "Nothing was closed": "कुछ बंद नहीं किया गया",
    "What somebody closed stays here, with the reason.": "जो बंद किया गया, कारण के साथ यहाँ रहता है।",
    # senders
    "The business numbers your messages go out from": "जिन बिज़नेस नंबरों से आपके संदेश जाते हैं",
    "The sender rests. Its part goes by the others.": "प्रेषक आराम पर है। उसका हिस्सा दूसरे भेजेंगे।",
    "The sender is back in the pool.": "प्रेषक फिर काम पर है।",
    "The cap holds from now on, also in a broadcast that runs.": (
        "सीमा अभी से लागू है, चल रहे प्रसारण में भी।"
    ),
    "Senders are chosen like this from the next broadcast on.": (
        "अगले प्रसारण से प्रेषक इसी तरह चुने जाएँगे।"
    ),
    "Portfolio use, last 24 hours": "पोर्टफ़ोलियो का उपयोग, पिछले 24 घंटे",
    "How senders are chosen": "प्रेषक कैसे चुने जाते हैं",
    "Who would move": "कौन बदलेगा",
    "How many each sender has": "हर प्रेषक के पास कितने",
    "From which sender to which": "किस प्रेषक से किस पर",
    "Some who would move": "बदलने वालों में से कुछ",
    "Holds": "रखता है",
    "Who moves": "कौन बदलता है",
    "Leave it as it is": "जैसा है रहने दें",
    "Some of them": "उनमें से कुछ",
    "Choose senders like this?": "प्रेषक इस तरह चुनें?",
    "Choose like this": "इस तरह चुनें",
    "Choose like this…": "इस तरह चुनें…",
    "Add the phone number ids of your WhatsApp account to the settings "
    "(WHATSAPP_PHONE_NUMBER_ID_1 and so on) and start again.": (
        "अपने WhatsApp खाते के फ़ोन नंबर आईडी सेटिंग्स में जोड़ें (WHATSAPP_PHONE_NUMBER_ID_1 आदि) और "
        "फिर से शुरू करें।"
    ),
    "No senders yet": "अभी कोई प्रेषक नहीं",
    "It stops at once and stays out of the pool until somebody resumes it. What it would have sent "
    "goes by the other senders. Nothing is lost.": (
        "यह तुरंत रुकेगा और किसी के फिर चलाने तक बाहर रहेगा। इसे जो भेजना था, वह दूसरे प्रेषक भेजेंगे। कुछ खोएगा नहीं।"
    ),
    "Rest the sender": "प्रेषक को आराम दें",
    "It may send again at once, at the pace its quality allows.": (
        "यह तुरंत फिर भेज सकेगा, जितनी गति इसकी गुणवत्ता दे।"
    ),
    "Resume the sender": "प्रेषक फिर चलाएँ",
    "Change the pace": "गति बदलें",
    "Each person counts once. What is beyond the cap goes by the other senders, or not at all. "
    "Leave it empty for no cap.": (
        "हर व्यक्ति एक बार गिना जाता है। सीमा से ज़्यादा दूसरे प्रेषक भेजेंगे, या नहीं जाएगा। सीमा न "
        "रखनी हो तो ख़ाली छोड़ें।"
    ),
    "Change the cap": "सीमा बदलें",
    "Rest…": "आराम दें…",
    "Resume…": "फिर चलाएँ…",
    "Pace…": "गति…",
    "Cap…": "सीमा…",
    "From the next plan on it sends its part of every broadcast.": (
        "अगली योजना से यह हर प्रसारण का अपना हिस्सा भेजेगा।"
    ),
    "Make it a primary": "मुख्य बनाएँ",
    "From the next plan on it sends only when a primary fails. Its recipients get their messages "
    "from other numbers, as new chats on their phones.": (
        "अगली योजना से यह तभी भेजेगा जब कोई मुख्य प्रेषक विफल हो। इसके पाने वालों को संदेश दूसरे नंबरों "
        "से, फ़ोन पर नई चैट में मिलेंगे।"
    ),
    "Make it a backup": "बैकअप बनाएँ",
    "Make primary…": "मुख्य बनाएँ…",
    "Make backup…": "बैकअप बनाएँ…",
    "There is no such sender": "ऐसा कोई प्रेषक नहीं",
    "How this number has done, and what it needs now": ("यह नंबर कैसा चला, और अब इसे क्या चाहिए"),
    "Recovery plan": "सुधार योजना",
    "Quality, day by day: the worst of each day": "गुणवत्ता, दिन-दर-दिन: हर दिन की सबसे ख़राब",
    "What WhatsApp said of this number over time": "WhatsApp ने समय के साथ इस नंबर के बारे में क्या कहा",
    "How we know": "हमें कैसे पता",
    # emergency
    "Emergency": "आपातकाल",
    "Fewer than 90 % have it after the close. Should the others get it now?": (
        "समय बंद होने के बाद 90 % से कम लोगों को मिला है। क्या बाकी लोगों को अभी भेजा जाए?"
    ),
    "If WhatsApp fails, who agreed to it can get the message otherwise.": (
        "WhatsApp विफल हो तो जिन्होंने सहमति दी है, उन्हें संदेश दूसरे रास्ते से मिल सकता है।"
    ),
    "Declare an emergency…": "आपातकाल घोषित करें…",
    "Declare an emergency?": "आपातकाल घोषित करें?",
    "The approved message goes to them by SMS or e-mail, to each once. WhatsApp may still deliver "
    "it, too. There is one emergency for a broadcast, and what has left cannot be taken back.": (
        "मंज़ूर संदेश उन्हें एसएमएस या ई-मेल से जाता है, हर एक को एक बार। WhatsApp भी उसे बाद में पहुँचा सकता है। "
        "एक प्रसारण का एक ही आपातकाल होता है, और जो निकल चुका वह वापस नहीं आता।"
    ),
    "Have not got it": "जिन्हें नहीं मिला",
    "By SMS": "एसएमएस से",
    "By e-mail": "ई-मेल से",
    "Type the number of people to confirm it": "पुष्टि के लिए लोगों की संख्या लिखें",
    "Why (stays in the audit trail)": "क्यों (ऑडिट में रहता है)",
    "Declare it": "घोषित करें",
    "End it…": "समाप्त करें…",
    "End the emergency?": "आपातकाल समाप्त करें?",
    "End the emergency": "आपातकाल समाप्त करें",
    "What has not left does not leave. It cannot be declared again for this broadcast.": (
        "जो नहीं निकला वह नहीं निकलेगा। इस प्रसारण के लिए इसे फिर घोषित नहीं किया जा सकता।"
    ),
    "Declared. This card tells how it goes.": "घोषित हुआ। यह कार्ड बताता है कि कैसा चल रहा है।",
    "Ended. What had not left does not leave.": "समाप्त हुआ। जो नहीं निकला वह नहीं निकलेगा।",
    "handed over": "सौंपा गया",
    "unknown, not sent again": "अज्ञात, फिर नहीं भेजा जाता",
    "refused": "ठुकराया गया",
    "not needed any more": "अब ज़रूरत नहीं",
    "not sent: ended before": "नहीं भेजा: पहले समाप्त",
    "looking up who has not got it": "देखा जा रहा है कि किसे नहीं मिला",
    "going out": "जा रहा है",
    "ended by a person": "व्यक्ति ने समाप्त किया",
    "went through": "पूरा हुआ",
    "{n1} of {n2} done": "{n2} में से {n1} पूरे",
}
