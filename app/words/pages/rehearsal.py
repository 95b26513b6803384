"""The dress rehearsal's card: GO or NO-GO, its checks, and who cannot get it."""

REHEARSAL = {
    # the card
    "Will it work?": "काम करेगा?",
    "GO": "हाँ, जाएगा",
    "NO-GO": "नहीं, रुकें",
    "Rehearse now": "अभी पूर्वाभ्यास करें",
    "Being rehearsed…": "पूर्वाभ्यास चल रहा है…",
    "Not rehearsed yet. It is rehearsed half a minute after the freeze.": (
        "अभी पूर्वाभ्यास नहीं हुआ। सूची पक्की होने के आधे मिनट बाद होगा।"
    ),
    "It is rehearsed now; the result stands here in a moment.": (
        "पूर्वाभ्यास शुरू हुआ; नतीजा कुछ पल में यहाँ दिखेगा।"
    ),
    "A rehearsal is under way already.": "पूर्वाभ्यास पहले से चल रहा है।",
    "The last rehearsal came to nothing.": "पिछला पूर्वाभ्यास पूरा नहीं हुआ।",
    "Rehearsed {t}": "{t} पर पूर्वाभ्यास",
    "with the frozen audience": "पक्की सूची के साथ",
    "with whoever is on the list by then": "उस समय की सूची के साथ",
    "99 % delivered": "99 % पहुँचे",
    "99 % handed over": "99 % WhatsApp को सौंपे",
    "not on this day": "इस दिन नहीं",
    "fewer than 99 % will have it": "99 % से कम को मिलेगा",
    "{t} at the earliest, or not today": "जल्दी से जल्दी {t}, या आज नहीं",
    "the last at {t}": "आख़िरी {t} पर",
    "99 % at not on this day": "99 % इस दिन नहीं",
    "Number by number, and what this is taken from": "हर नंबर का हिसाब, और यह कहाँ से लिया गया",
    "Who cannot get it, and why": "किसे नहीं मिल सकता, और क्यों",
    "Fine": "ठीक",
    "No": "नहीं",
    # 99 % in time
    "99 % in time": "99 % समय पर",
    "99 % have it {n1} s after the opening, {n2} s before the close.": (
        "99 % को खुलने के {n1} सेकंड बाद मिल जाएगा, बंद होने से {n2} सेकंड पहले।"
    ),
    "99 % have it {n1} s after the opening, {n2} s after the close.": (
        "99 % को खुलने के {n1} सेकंड बाद मिलेगा, बंद होने के {n2} सेकंड बाद।"
    ),
    "99 % have it {n1} s after the opening; one morning in ten would be later than the close.": (
        "99 % को खुलने के {n1} सेकंड बाद मिल जाएगा; दस में से एक सुबह बंद होने के बाद जाएगी।"
    ),
    "99 % of {n} people will not have it on this day.": ("{n} लोगों में से 99 % को इस दिन नहीं मिलेगा।"),
    "See who cannot get it, and the checks below.": "नीचे देखें किसे नहीं मिल सकता, और बाक़ी जाँचें।",
    "Add a sender, raise the pace, or send faster: see Senders and Schedule.": (
        "प्रेषक जोड़ें, गति बढ़ाएँ, या जल्दी भेजें: प्रेषक और समय-सारणी देखें।"
    ),
    # content and audience
    "Nothing is written for this day.": "इस दिन के लिए कुछ नहीं लिखा गया।",
    "Write it under Content and have it approved.": "सामग्री में लिखें और मंज़ूर कराएँ।",
    "“{title}” is draft, not approved.": "“{title}” अभी मसौदा है, मंज़ूर नहीं।",
    "“{title}” is submitted, not approved.": "“{title}” मंज़ूरी के लिए भेजा गया है, मंज़ूर नहीं।",
    "“{title}” is rejected, not approved.": "“{title}” नामंज़ूर है।",
    "Have it approved under Approvals.": "मंज़ूरी वाले पेज पर मंज़ूर कराएँ।",
    "“{title}” is not what was approved: its words were changed past us.": (
        "“{title}” वह नहीं जो मंज़ूर हुआ था: इसके शब्द बिना बताए बदले गए।"
    ),
    "Write it anew and approve it anew.": "इसे नए सिरे से लिखें और मंज़ूर कराएँ।",
    "“{title}” is approved, word for word.": "“{title}” शब्द-दर-शब्द मंज़ूर है।",
    "There is nobody to send to.": "भेजने के लिए कोई नहीं है।",
    "Add or import subscribers, with their consent.": "ग्राहक जोड़ें या लाएँ, उनकी सहमति के साथ।",
    "{n} people read {languages}, and there is no text in it.": (
        "{n} लोग {languages} पढ़ते हैं, और उसमें कोई पाठ नहीं है।"
    ),
    "Write the content in their language, too.": "सामग्री उनकी भाषा में भी लिखें।",
    "{n1} people in {n2} languages.": "{n2} भाषाओं में {n1} लोग।",
    "{n} people in 1 language.": "1 भाषा में {n} लोग।",
    # what WhatsApp answered
    "Access token": "एक्सेस टोकन",
    "WhatsApp does not take it: {why}.": "WhatsApp इसे नहीं मानता: {why}।",
    "Make a new one for the system user at Meta and put it into the settings.": (
        "मेटा पर सिस्टम यूज़र का नया टोकन बनाएँ और सेटिंग में डालें।"
    ),
    "WhatsApp could not be asked: {why}.": "WhatsApp से पूछा नहीं जा सका: {why}।",
    "See that this machine reaches the internet, and Meta's status page; then rehearse.": (
        "देखें कि यह मशीन इंटरनेट तक पहुँचती है, और मेटा का स्टेटस पेज; फिर पूर्वाभ्यास करें।"
    ),
    "There was nothing to ask WhatsApp with it.": "इससे WhatsApp से पूछने को कुछ नहीं था।",
    "WhatsApp takes it.": "WhatsApp इसे मानता है।",
    "No primary sender is active.": "कोई मुख्य प्रेषक चालू नहीं है।",
    "Resume one, or make a backup primary.": "किसी को फिर चालू करें, या बैकअप को मुख्य बनाएँ।",
    "{n} numbers are connected, and none is in trouble.": "{n} नंबर जुड़े हैं, किसी में दिक़्क़त नहीं।",
    "{n1} numbers are connected, and none is in trouble. {n2} rest.": (
        "{n1} नंबर जुड़े हैं, किसी में दिक़्क़त नहीं। {n2} आराम पर हैं।"
    ),
    "WhatsApp did not say how the numbers are.": "WhatsApp ने नंबरों का हाल नहीं बताया।",
    "Sender ·· {n}": "प्रेषक ·· {n}",
    "WhatsApp does not know it: {why}.": "WhatsApp इसे नहीं जानता: {why}।",
    "Compare its id with Meta's.": "इसकी पहचान मेटा से मिलाएँ।",
    "WhatsApp lets it send nothing: {why}.": "WhatsApp इसे कुछ भेजने नहीं देता: {why}।",
    "Rest it under Senders, so that the others take its people.": (
        "प्रेषक वाले पेज पर इसे आराम दें, ताकि दूसरे इसके लोग ले लें।"
    ),
    "Its quality is low (RED): WhatsApp is about to restrict it.": (
        "इसकी गुणवत्ता कम (लाल) है: WhatsApp इस पर रोक लगाने वाला है।"
    ),
    "WhatsApp flagged it and is about to restrict it.": (
        "WhatsApp ने इसे चिह्नित किया है और रोक लगाने वाला है।"
    ),
    "Its quality is medium (YELLOW): it sends at a lower pace.": (
        "इसकी गुणवत्ता मध्यम (पीली) है: यह धीमी गति से भेजता है।"
    ),
    "WhatsApp lets it send less: {why}.": "WhatsApp इसे कम भेजने देता है: {why}।",
    "See its recovery plan.": "इसके सुधार की योजना देखें।",
    "Template EN": "टेम्पलेट अंग्रेज़ी",
    "Template HI": "टेम्पलेट हिन्दी",
    "Template MR": "टेम्पलेट मराठी",
    "{name} ({language}) is not in the account.": "{name} ({language}) खाते में नहीं है।",
    "{name} ({language}) is {status}. {why}": "{name} ({language}) की स्थिति {status} है। {why}",
    "Choose another template for this language, and have it approved again.": (
        "इस भाषा के लिए दूसरा टेम्पलेट चुनें, और फिर मंज़ूर कराएँ।"
    ),
    "Approved by WhatsApp in {languages}.": "WhatsApp ने {languages} में मंज़ूर किया।",
    "Approved by WhatsApp in {languages}. As we knew it last: WhatsApp was not asked.": (
        "WhatsApp ने {languages} में मंज़ूर किया। पिछली जानकारी से: WhatsApp से पूछा नहीं गया।"
    ),
    "Media": "मीडिया",
    "It is uploaded to every number at the freeze.": "सूची पक्की होने पर हर नंबर पर चढ़ाया जाएगा।",
    "The file above the text, for 1 number, is not at WhatsApp any more.": (
        "पाठ के ऊपर की फ़ाइल 1 नंबर के लिए अब WhatsApp के पास नहीं है।"
    ),
    "The file above the text, for {n} numbers, is not at WhatsApp any more.": (
        "पाठ के ऊपर की फ़ाइल {n} नंबरों के लिए अब WhatsApp के पास नहीं है।"
    ),
    "Change the picture or the paper, or upload it again: see the content's page.": (
        "चित्र या काग़ज़ बदलें, या फिर से चढ़ाएँ: सामग्री का पेज देखें।"
    ),
    "The file above the text, for 1 number, is not uploaded yet.": (
        "पाठ के ऊपर की फ़ाइल 1 नंबर के लिए अभी नहीं चढ़ी।"
    ),
    "The file above the text, for {n} numbers, is not uploaded yet.": (
        "पाठ के ऊपर की फ़ाइल {n} नंबरों के लिए अभी नहीं चढ़ी।"
    ),
    "See each sender's last error; a lane without its files does not open.": (
        "हर प्रेषक की पिछली गड़बड़ी देखें; फ़ाइल के बिना लेन नहीं खुलती।"
    ),
    "The file above the text, for 1 number, is there.": "पाठ के ऊपर की फ़ाइल 1 नंबर के लिए मौजूद है।",
    "The file above the text, for {n} numbers, is there.": (
        "पाठ के ऊपर की फ़ाइल {n} नंबरों के लिए मौजूद है।"
    ),
    "Webhooks": "वेबहुक",
    "Our webhook address is not known, so nobody could ask whether it answers.": (
        "हमारा वेबहुक पता मालूम नहीं, इसलिए पूछा नहीं जा सका कि वह जवाब देता है या नहीं।"
    ),
    "See that the server, its proxy and its certificate are up: receipts come there.": (
        "देखें कि सर्वर, उसका प्रॉक्सी और प्रमाणपत्र चालू हैं: रसीदें वहीं आती हैं।"
    ),
    "Our webhook address answers.": "हमारा वेबहुक पता जवाब देता है।",
    "{url} does not answer ({why}).": "{url} जवाब नहीं देता ({why})।",
    "{url} answers {n}, and not as our server does.": ("{url} का जवाब {n} है, हमारे सर्वर जैसा नहीं।"),
    # limits, capacity, engine, cost
    "Limits": "सीमाएँ",
    "{n} people find no room: {why}": "{n} लोगों के लिए जगह नहीं: {why}",
    "Raise the limit at Meta, raise the caps, or add a sender.": (
        "मेटा पर सीमा बढ़ाएँ, अपनी सीमाएँ बढ़ाएँ, या प्रेषक जोड़ें।"
    ),
    "The limits of the day have room for everybody.": "दिन की सीमाओं में सबके लिए जगह है।",
    "No sender may send.": "कोई प्रेषक भेज नहीं सकता।",
    "Nobody is planned.": "योजना में कोई नहीं है।",
    "Raise the pace, add a sender, or send faster: see Senders.": (
        "गति बढ़ाएँ, प्रेषक जोड़ें, या जल्दी भेजें: प्रेषक देखें।"
    ),
    "The last message goes {n} s after the close.": "आख़िरी संदेश बंद होने के {n} सेकंड बाद जाएगा।",
    "The last message goes {n} s after the window.": "आख़िरी संदेश विंडो के {n} सेकंड बाद जाएगा।",
    "Everybody is sent to inside the window.": "सबको विंडो के अंदर भेजा जाएगा।",
    "Engine": "इंजन",
    "This database is a copy out of a backup: it sends nothing until it is released.": (
        "यह डेटाबेस बैकअप की नक़ल है: छोड़े जाने तक कुछ नहीं भेजता।"
    ),
    "Make sure that the original is off, then release it under Backups.": (
        "पक्का करें कि असली बंद है, फिर बैकअप वाले पेज पर इसे छोड़ें।"
    ),
    "No engine is running: nothing would be sent.": "कोई इंजन नहीं चल रहा: कुछ नहीं भेजा जाएगा।",
    "{n} webhooks wait to be read.": "{n} वेबहुक पढ़े जाने के इंतज़ार में हैं।",
    "Wait, and rehearse again.": "रुकें, और फिर पूर्वाभ्यास करें।",
    "It holds the lease, and reads webhooks as they come.": (
        "पट्टा इसके पास है, और वेबहुक आते ही पढ़ता है।"
    ),
    "Cost": "ख़र्च",
    "About ₹{n1} without tax, ₹{n2} a message.": "कर के बिना लगभग ₹{n1}, हर संदेश ₹{n2}।",
    "About ₹{n1} without tax, ₹{n2} a message. The goal is below ₹{n3}.": (
        "कर के बिना लगभग ₹{n1}, हर संदेश ₹{n2}। लक्ष्य ₹{n3} से कम है।"
    ),
    "Marketing templates always cost more; a utility template would not.": (
        "मार्केटिंग टेम्पलेट हमेशा महँगे होते हैं; यूटिलिटी टेम्पलेट नहीं होता।"
    ),
    # who cannot get it
    "No room in the limits of the day.": "दिन की सीमाओं में जगह नहीं।",
    "Paused.": "रोके हुए।",
    "Said stop.": "रुकने को कहा।",
    "Only their own START, or a new consent, brings them back.": (
        "सिर्फ़ उनका अपना शुरू करने का संदेश, या नई सहमति, उन्हें वापस लाती है।"
    ),
    "Resume the subscriber to include them.": "शामिल करने के लिए ग्राहक को फिर चालू करें।",
    "WhatsApp cannot reach this address.": "WhatsApp इस पते तक नहीं पहुँचता।",
    "Ask for one that has WhatsApp.": "ऐसा पता माँगें जिस पर WhatsApp हो।",
    "No consent on record.": "कोई सहमति दर्ज नहीं।",
    "Record one before sending.": "भेजने से पहले दर्ज करें।",
    "Neither a phone number nor a WhatsApp id.": "न फ़ोन नंबर, न WhatsApp पहचान।",
    "Add one.": "एक जोड़ें।",
    "The day's content has no variant in their language.": "दिन की सामग्री उनकी भाषा में नहीं है।",
    "Missed most of the last mornings: {why}": "पिछली ज़्यादातर सुबहें छूटीं: {why}",
    # what it is taken from
    "No morning was measured yet: answers in 0.15 to 0.3 s, half of the phones within 2 s, 99 of "
    "100 within a minute, 3 in 1,000 never.": (
        "अभी कोई सुबह मापी नहीं गई: जवाब 0.15 से 0.3 सेकंड में, आधे फ़ोन 2 सेकंड में, 100 में 99 एक "
        "मिनट में, 1,000 में 3 कभी नहीं।"
    ),
    "Phones as in the last {n1} mornings ({n2} messages): half within {n3} s, 99 of 100 within "
    "{n4} s.": ("फ़ोन पिछली {n1} सुबहों जैसे ({n2} संदेश): आधे {n3} सेकंड में, 100 में 99 {n4} सेकंड में।"),
    "WhatsApp answers in {n} s.": "WhatsApp {n} सेकंड में जवाब देता है।",
    "{n} % of the requests are refused for now or get no answer.": (
        "{n} % अनुरोध फ़िलहाल ठुकराए जाते हैं या उनका जवाब नहीं आता।"
    ),
    # the trail
    "Asked for a rehearsal of the morning ahead": "आने वाली सुबह का पूर्वाभ्यास माँगा",
    "A rehearsal came to nothing": "पूर्वाभ्यास पूरा नहीं हुआ",
    "Rehearsed the morning ahead": "आने वाली सुबह का पूर्वाभ्यास किया",
    "Rehearsal: GO, 99 % of {n} at {t}": "पूर्वाभ्यास: जाएगा, {n} में 99 % {t} पर",
    "Rehearsal: NO-GO ({names}), 99 % of {n} at {t}": ("पूर्वाभ्यास: रुकें ({names}), {n} में 99 % {t} पर"),
    "Rehearsal: NO-GO ({names})": "पूर्वाभ्यास: रुकें ({names})",
}
