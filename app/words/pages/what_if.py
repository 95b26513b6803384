"""The what-if: what is supposed, what comes of it, the morning as it is beside it."""

WHAT_IF = {
    "What if…": "अगर ऐसा हो…",
    "What if": "अगर ऐसा हो",
    "As it is": "जैसा है",
    "When 99 % would have it with other people, senders, paces or limits. Nothing here changes "
    "anything.": (
        "लोग, प्रेषक, गति या सीमा अलग हो तो 99 % को कब मिलेगा। यहाँ कुछ भी बदलने से असल में कुछ नहीं बदलता।"
    ),
    "Nothing to begin with": "शुरू करने को कुछ नहीं",
    "No morning lies ahead: switch a schedule on, or set a one-off.": (
        "आगे कोई सुबह तय नहीं: कोई समय-सारणी चालू करें, या एक बार का प्रसारण रखें।"
    ),
    "A broadcast is going out. What-ifs wait, to take no time from it.": (
        "प्रसारण जा रहा है। उसका समय न जाए, इसलिए यह पेज रुका है।"
    ),
    "window until {t}": "विंडो {t} तक",
    "close {t}": "{t} पर बंद",
    # what comes of it
    "Nobody gets it: no sender may send, or no limit lets anybody in.": (
        "किसी को नहीं मिलेगा: कोई प्रेषक भेज नहीं सकता, या सीमाओं में जगह नहीं।"
    ),
    "99 % never have it: {n} % do, in the end.": "99 % को कभी नहीं मिलेगा: आख़िर में {n} % को मिलेगा।",
    "99 % have it by {when}, {gap} before the close: the SLA holds, and the window.": (
        "99 % को {when} तक मिलेगा, बंद होने से {gap} पहले: SLA पूरा, विंडो भी।"
    ),
    "99 % have it by {when}, {gap} before the close: the SLA holds, but one morning in ten would "
    "be late.": "99 % को {when} तक मिलेगा, बंद होने से {gap} पहले: SLA पूरा, पर दस में से एक सुबह देर होगी।",
    "99 % have it by {when}, {gap} before the close: the SLA holds. But the last leaves at {last}, "
    "after the window's end at {end}.": (
        "99 % को {when} तक मिलेगा, बंद होने से {gap} पहले: SLA पूरा। पर आख़िरी संदेश {last} पर जाएगा, "
        "विंडो {end} पर ख़त्म होने के बाद।"
    ),
    "99 % have it by {when}, {gap} after the close at {end}: the SLA does not hold.": (
        "99 % को {when} तक मिलेगा, {end} पर बंद होने के {gap} बाद: SLA पूरा नहीं।"
    ),
    "As it is, 99 % never have it.": "अभी की हालत में 99 % को कभी नहीं मिलेगा।",
    "As it is: {when}.": "अभी की हालत में: {when}।",
    "As it is: {when}, the same.": "अभी की हालत में: {when}, उतना ही।",
    "As it is: {when}, {gap} sooner.": "अभी की हालत में: {when}, यानी {gap} पहले।",
    "As it is: {when}, {gap} later.": "अभी की हालत में: {when}, यानी {gap} बाद।",
    "A field below cannot be read: this is what came of it before.": (
        "नीचे का कोई ख़ाना पढ़ा नहीं जा सका: यह पहले का नतीजा है।"
    ),
    "Who does not get it": "किसे नहीं मिलेगा",
    "{many}: no sender may send.": "{many}: कोई प्रेषक भेज नहीं सकता।",
    "{many} find no room in WhatsApp's limit of the day. PREMIUM goes first, then PRO, then "
    "BASIC.": "{many} के लिए WhatsApp की दिन की सीमा में जगह नहीं। पहले प्रीमियम, फिर प्रो, फिर बेसिक।",
    "{many} find no room in the senders' own caps: raise one, or add a sender.": (
        "{many} के लिए प्रेषकों की अपनी सीमाओं में जगह नहीं: कोई सीमा बढ़ाएँ, या प्रेषक जोड़ें।"
    ),
    "{many} belong to the lost sender, and no other has room for them.": (
        "{many} खोए हुए प्रेषक के हैं, और किसी दूसरे में उनके लिए जगह नहीं।"
    ),
    "{many} are sent to and never have it, as on other mornings: phones that are off or gone.": (
        "{many} को भेजा जाएगा पर कभी नहीं पहुँचेगा, जैसे हर सुबह: बंद या छूटे हुए फ़ोन।"
    ),
    "1 person": "1 व्यक्ति",
    "{n} people": "{n} लोग",
    # side by side
    "Side by side": "आमने-सामने",
    "The morning as it is, and as it is supposed": "सुबह जैसी है, और जैसी मानी गई",
    "Handed to WhatsApp": "WhatsApp को सौंपे",
    "Without room or sender": "बिना जगह या प्रेषक के",
    "The last one leaves": "आख़िरी संदेश जाता है",
    "The window": "विंडो",
    "99 % have it": "99 % को मिला",
    "In nine of ten mornings by": "दस में से नौ सुबह इस समय तक",
    "The SLA": "SLA का वादा",
    "Have it at the close": "बंद होने तक मिला",
    "Leave after the close": "बंद होने के बाद जाते हैं",
    "Cost, without tax": "ख़र्च, बिना टैक्स",
    "holds": "पूरा",
    "does not hold": "पूरा नहीं",
    "never": "कभी नहीं",
    # what is supposed
    "Suppose": "मान लें",
    "WhatsApp's limit, people in 24 h": "WhatsApp की सीमा, 24 घंटे में लोग",
    "No limit": "कोई सीमा नहीं",
    "How they are spread": "कैसे फैलें",
    "Spread over the window": "पूरी विंडो में फैले हुए",
    "As fast as the senders may": "प्रेषक जितनी तेज़ी से भेज सकें",
    "Evenly, as slowly as the window lets it": "बराबर-बराबर, विंडो जितना धीमा होने दे",
    "New numbers": "नए नंबर",
    "Messages a second, each": "हर एक के प्रति सेकंड संदेश",
    "A sender is lost": "कोई प्रेषक खो जाए",
    "Nobody is lost": "कोई नहीं खोता",
    "New number {n}": "नया नंबर {n}",
    "Seconds after the opening": "खुलने के कितने सेकंड बाद",
    "Called in for it": "उसकी जगह कौन",
    "Nobody: the others take over": "कोई नहीं: बाक़ी सँभालें",
    "A new number": "एक नया नंबर",
    "The new number sends at the pace of new numbers above.": (
        "नया नंबर ऊपर लिखी नए नंबरों की गति से भेजेगा।"
    ),
    "The senders as they are supposed": "प्रेषक, जैसे माने गए",
    "Takes part": "हिस्सा लेता है",
    "takes part": "हिस्सा लेता है",
    "Takes no part.": "हिस्सा नहीं लेता।",
    "Cap of the day": "दिन की सीमा",
    "No cap": "कोई सीमा नहीं",
    "For the broadcast": "प्रसारण के लिए",
    "backup": "बैकअप",
    "A part of each pace is kept for replies, and quality and throughput hold it down: what is "
    "left is for the broadcast.": (
        "हर गति का एक हिस्सा जवाबों के लिए रखा जाता है, और गुणवत्ता व क्षमता उसे घटाती है: जो बचे वह "
        "प्रसारण के लिए।"
    ),
    "Takes nobody: WhatsApp does not let it send.": "किसी को नहीं लेता: WhatsApp इसे भेजने नहीं देता।",
    "Takes nobody: its quality is red, or WhatsApp flagged it.": (
        "किसी को नहीं लेता: गुणवत्ता लाल है, या WhatsApp ने इसे चिह्नित किया है।"
    ),
    "Takes nobody: it has no part in this plan.": "किसी को नहीं लेता: इस योजना में इसका हिस्सा नहीं।",
    # what is wrong with a field
    "A whole number of people, {n1} to {n2}.": "लोगों की पूरी संख्या, {n1} से {n2} तक।",
    "A whole number of people, {n1} to {n2}, or nothing for no limit.": (
        "लोगों की पूरी संख्या, {n1} से {n2} तक; बिना सीमा के लिए ख़ाली छोड़ें।"
    ),
    "A whole number of senders, {n1} to {n2}.": "प्रेषकों की पूरी संख्या, {n1} से {n2} तक।",
    "A whole number of seconds, {n1} to {n2}.": "सेकंड की पूरी संख्या, {n1} से {n2} तक।",
    "Messages a second, {n1} to {n2}.": "प्रति सेकंड संदेश, {n1} से {n2} तक।",
    "Choose one of the ways.": "कोई एक तरीका चुनें।",
    "This one sends nothing: choose a sender that takes part.": (
        "यह कुछ नहीं भेजता: हिस्सा लेने वाला प्रेषक चुनें।"
    ),
    "This one sends already: choose another, or nobody.": "यह पहले से भेज रहा है: दूसरा चुनें, या कोई नहीं।",
    "This one may not send: choose another, or nobody.": "यह भेज नहीं सकता: दूसरा चुनें, या कोई नहीं।",
    # what it is worked out from
    "What this is worked out from": "यह हिसाब किससे लगा",
    "Refusals and retries are not counted in, and the list stays as it is today: the rehearsal "
    "plays the morning itself.": (
        "इनकार और दोबारा भेजना इसमें नहीं गिना गया, और सूची आज जैसी मानी गई: पूरी सुबह पूर्वाभ्यास दिखाता है।"
    ),
    "The cost is told once something is written for the day: it goes by its template.": (
        "उस दिन के लिए कुछ लिखे जाने पर ख़र्च बताया जाएगा: वह टेम्पलेट से तय होता है।"
    ),
    "No rate is known for {kinds} messages on that day.": "उस दिन {kinds} संदेशों की दर पता नहीं।",
    "{each} for each that is delivered, by the rate card ({kinds}).": (
        "पहुँचने वाले हर संदेश के {each}, दर-सूची के अनुसार ({kinds})।"
    ),
    "{each} for each that is delivered, by the rate card ({kinds}). Of {n} % no rate is known: "
    "they live abroad.": (
        "पहुँचने वाले हर संदेश के {each}, दर-सूची के अनुसार ({kinds})। {n} % विदेश में हैं: उनकी दर पता नहीं।"
    ),
    "utility": "सूचना",
    "marketing": "मार्केटिंग",
    "marketing and utility": "मार्केटिंग और सूचना",
}
