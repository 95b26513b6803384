"""The Live page: before, during and after, in words."""

LIVE = {
    # headings, columns, buttons
    "Will it go out, is it going out, and who did not get it": (
        "जाएगा या नहीं, जा रहा है या नहीं, और किसे नहीं मिला"
    ),
    "Ready for the morning?": "सुबह के लिए सब तैयार है?",
    "Countdown": "उलटी गिनती",
    "Log": "घटनाक्रम",
    "Log, newest first": "घटनाक्रम, नया सबसे ऊपर",
    "Nothing has happened yet.": "अभी कुछ नहीं हुआ।",
    "No broadcast today": "आज कोई प्रसारण नहीं",
    "Write the next content": "अगली सामग्री लिखें",
    "Pause": "रोकें",
    "Resume": "फिर चलाएँ",
    "Abort…": "बंद करें…",
    "Abort this broadcast?": "यह प्रसारण हमेशा के लिए बंद करें?",
    "Abort the broadcast": "प्रसारण बंद करें",
    "Start a morning now": "अभी एक सुबह चलाएँ",
    "Look at them": "इन्हें देखें",
    "Send it now…": "अभी भेजें…",
    "Send it late?": "देर से भेजें?",
    "The audience is frozen anew, with the consents of this minute, and the window opens in ten "
    "seconds. Everybody in it gets the message late.": (
        "पाने वालों की सूची इसी मिनट की सहमतियों से नई बनेगी और विंडो दस सेकंड में खुलेगी। "
        "सूची के हर व्यक्ति को संदेश देर से मिलेगा।"
    ),
    "Send it now": "अभी भेजें",
    "Leave this day out…": "यह दिन छोड़ें…",
    "Leave this day out?": "यह दिन छोड़ें?",
    "Nobody gets this day's message. This cannot be undone.": (
        "इस दिन का संदेश किसी को नहीं मिलेगा। इसे वापस नहीं लिया जा सकता।"
    ),
    "Leave it out": "छोड़ दें",
    "Ask an operator.": "किसी संचालक से कहें।",
    "Time to delivered": "पहुँचने में लगा समय",
    "Delivered against the plan": "योजना के मुक़ाबले पहुँचे",
    "delivered": "पहुँचे",
    "plan": "योजना",
    "Sender": "प्रेषक",
    "Rate now": "अभी की गति",
    "Left": "बाकी",
    "State": "स्थिति",
    "backup ": "बैकअप ",
    "What went wrong, and what we do": "क्या गड़बड़ हुई, और हम क्या कर रहे हैं",
    "Who": "किन्हें",
    "Send them again…": "फिर से भेजें…",
    "Send all held ones again?": "रुके हुए सभी फिर से भेजें?",
    "Nobody can say whether WhatsApp has the first ones. Where it has, that person gets the "
    "message twice; late receipts will show it, and they are counted on the broadcast's page. "
    "It cannot be called back.": (
        "कोई नहीं कह सकता कि पहले वाले संदेश WhatsApp के पास पहुँचे या नहीं। जहाँ पहुँचे हैं, उन्हें "
        "संदेश दो बार मिलेगा; बाद में आने वाली रसीदों से यह दिखेगा, और प्रसारण के पेज पर उनकी गिनती "
        "होगी। इसे वापस नहीं बुलाया जा सकता।"
    ),
    "Send them again": "फिर से भेजें",
    # states
    "Scheduled": "तय है",
    "Waiting for a person": "किसी के फ़ैसले का इंतज़ार",
    "Audience frozen": "सूची पक्की",
    "Plan final": "योजना पक्की",
    "Sending": "भेजा जा रहा है",
    "Paused": "रुका हुआ",
    "Receipts coming in": "रसीदें आ रही हैं",
    "Finished": "पूरा हुआ",
    "Aborted": "बंद किया गया",
    "Skipped": "छोड़ा गया",
    "Not sent": "नहीं भेजा गया",
    "Canary": "पहले कुछ को",
    "Ready": "तैयार",
    "Not ready yet": "अभी तैयार नहीं",
    "Not yet": "अभी नहीं",
    "Stopped": "रुका",
    "Done": "पूरा",
    "The next morning": "अगली सुबह",
    "sent": "भेजे गए",
    "held by WhatsApp": "WhatsApp ने रोके",
    "retrying": "फिर कोशिश में",
    "unknown": "पता नहीं",
    "held": "रुके हुए",
    "failed": "विफल",
    "cancelled": "रद्द",
    "waiting": "बाकी",
    "GREEN": "अच्छी",
    "YELLOW": "मध्यम",
    "RED": "ख़राब",
    # figures
    "On time so far": "अब तक समय पर",
    "Delivered on time": "समय पर पहुँचे",
    "Forecast": "पूर्वानुमान",
    "Reached": "पूरा हुआ",
    "Not reached": "पूरा नहीं हुआ",
    "Not known yet": "अभी पता नहीं",
    "99 % at {t}": "{t} पर 99 %",
    "inside {t}": "{t} के भीतर",
    "after {t}": "{t} के बाद",
    "between {t1} and {t2}": "{t1} और {t2} के बीच",
    "fewer than 99 % were delivered": "99 % से कम पहुँचे",
    "nothing new is sent while it is paused": "रुके रहने तक कुछ नया नहीं जाता",
    "foretold once enough are delivered": "काफ़ी संदेश पहुँचने पर बताया जाएगा",
    "{n1} of {n2} delivered": "{n2} में से {n1} पहुँचे",
    "opens {t}": "{t} पर खुलता है",
    "approved {t}": "{t} पर मंज़ूर",
    "content {hash}": "सामग्री {hash}",
    "{n} subscriber": "{n} ग्राहक",
    "{n} subscribers": "{n} ग्राहक",
    "{n1} subscribers in {n2} languages": "{n2} भाषाओं में {n1} ग्राहक",
    "{n1} subscribers in {n2} language": "{n2} भाषा में {n1} ग्राहक",
    "{n} left out": "{n} छोड़े गए",
    "Kept": "वादा पूरा",
    "Missed": "वादा चूका",
    "Kept, provisional": "वादा पूरा, अंतिम नहीं",
    "Missed, provisional": "वादा चूका, अंतिम नहीं",
    "Delivered by {t}": "{t} तक पहुँचे",
    "Handed over by {t}": "{t} तक सौंपे गए",
    "{n1} of {n2}; the promise is over 99 %": "{n2} में से {n1}; वादा 99 % से ज़्यादा का है",
    "{n1} of {n2}; the promise is over 99 %, {n3} more would have kept it": (
        "{n2} में से {n1}; वादा 99 % से ज़्यादा का है, {n3} और पहुँचते तो पूरा हो जाता"
    ),
    # sentences
    "Nothing is scheduled. A morning needs a schedule and an approved content.": (
        "कुछ तय नहीं है। सुबह के प्रसारण के लिए समय-सारणी और मंज़ूर सामग्री चाहिए।"
    ),
    "A few go first. The rest follows by itself when they did well.": (
        "पहले कुछ लोगों को जाता है। सब ठीक रहा तो बाकी अपने-आप जाते हैं।"
    ),
    "Nothing went wrong so far.": "अब तक कोई गड़बड़ नहीं।",
    "Nothing failed.": "कुछ विफल नहीं हुआ।",
    "{n} held: nobody can say whether WhatsApp has it. You decide.": (
        "{n} रुका हुआ: कोई नहीं कह सकता कि WhatsApp के पास है या नहीं। फ़ैसला आपका।"
    ),
    "{n} held: nobody can say whether WhatsApp has them. You decide.": (
        "{n} रुके हुए: कोई नहीं कह सकता कि WhatsApp के पास हैं या नहीं। फ़ैसला आपका।"
    ),
    "{n} subscriber who has not been sent to will not get it today. What WhatsApp already has "
    "cannot be called back. This cannot be undone.": (
        "जिस {n} ग्राहक को अभी नहीं भेजा गया, उसे आज नहीं मिलेगा। जो WhatsApp के पास पहुँच चुका है, "
        "वह वापस नहीं आ सकता। इसे वापस नहीं लिया जा सकता।"
    ),
    "{n} subscribers who have not been sent to will not get it today. What WhatsApp already has "
    "cannot be called back. This cannot be undone.": (
        "जिन {n} ग्राहकों को अभी नहीं भेजा गया, उन्हें आज नहीं मिलेगा। जो WhatsApp के पास पहुँच "
        "चुका है, वह वापस नहीं आ सकता। इसे वापस नहीं लिया जा सकता।"
    ),
    "Paused in {t}. Nothing was on its way.": "{t} में रुक गया। रास्ते में कुछ नहीं था।",
    "Paused in {t}. {n} had already left for WhatsApp.": (
        "{t} में रुक गया। {n} पहले ही WhatsApp की ओर निकल चुके थे।"
    ),
    "Aborted in {t}. Nothing was on its way.": "{t} में बंद हुआ। रास्ते में कुछ नहीं था।",
    "Aborted in {t}. {n} had already left for WhatsApp.": (
        "{t} में बंद हुआ। {n} पहले ही WhatsApp की ओर निकल चुके थे।"
    ),
    "Sending again.": "फिर से भेजा जा रहा है।",
    "There is no approved content to start a morning with.": (
        "सुबह चलाने के लिए कोई मंज़ूर सामग्री नहीं है।"
    ),
    "A morning opens in {n} seconds.": "{n} सेकंड में एक सुबह खुलेगी।",
    "It is frozen anew and opens in ten seconds.": "सूची नई बनी; दस सेकंड में खुलेगा।",
    "This day is left out.": "यह दिन छोड़ दिया गया।",
    # the checklist
    "Capacity": "क्षमता",
    "Audience": "पाने वाले",
    "No sender may send. See Senders.": "कोई प्रेषक भेज नहीं सकता। प्रेषक नंबर देखें।",
    "No active subscriber with consent. Add or import some.": (
        "सहमति वाला कोई सक्रिय ग्राहक नहीं। कुछ जोड़ें या इंपोर्ट करें।"
    ),
    "{n} active subscribers with consent.": "सहमति वाले {n} सक्रिय ग्राहक।",
    "“{title}” is approved.": "“{title}” मंज़ूर है।",
    "“{title}” is submitted, not approved yet.": "“{title}” भेजी गई है, अभी मंज़ूर नहीं।",
    # the day, step by step
    "The day, step by step": "दिन, क़दम-दर-क़दम",
    "All times IST": "सभी समय भारतीय समय में",
    "Reminder": "याद दिलाना",
    "Cut-off for approvals": "मंज़ूरी की आख़िरी घड़ी",
    "Media at every sender": "हर प्रेषक के पास मीडिया",
    "Templates looked at again": "टेम्पलेट फिर से जाँचे गए",
    "Connections open": "कनेक्शन खुले",
    "Window opens": "विंडो खुलती है",
    "Window closes": "विंडो बंद होती है",
    "Verdict final": "नतीजा पक्का",
    "Report": "रिपोर्ट",
    "Evidence pack": "सबूत पैक",
    "Waits": "इंतज़ार",
    "Runs": "चल रहा है",
    "Left out": "छोड़ा गया",
    "Upload again": "फिर से अपलोड करें",
    "Open again": "फिर से खोलें",
    "at {t}": "{t} पर",
    "It is done again in a moment.": "यह कुछ ही पल में फिर से होगा।",
    "Approved in time": "समय पर मंज़ूर",
    "The content is approved": "सामग्री मंज़ूर है",
    "Told that nothing is approved": "बताया गया कि कुछ मंज़ूर नहीं है",
    "Nothing was approved": "कुछ मंज़ूर नहीं हुआ",
    "Approved after it, with an explicit word": "इसके बाद, साफ़ कहकर मंज़ूर किया गया",
    "Waits for an approval": "मंज़ूरी का इंतज़ार",
    "Not done before the window": "विंडो से पहले नहीं हुआ",
    "Asked for again": "फिर से माँगा गया",
    "{n1} targeted, {n2} left out": "{n1} को जाएगा, {n2} छोड़े गए",
    "Everybody has a sender and an instant": "हर किसी का प्रेषक और समय तय है",
    "The day is counted": "दिन की गिनती हो चुकी है",
    "Made when somebody asks for it": "किसी के माँगने पर बनता है",
    "No file stands above the message": "संदेश के ऊपर कोई फ़ाइल नहीं है",
    "Every sender has it": "हर प्रेषक के पास है",
    "Every sender has it: {n} uploaded": "हर प्रेषक के पास है: {n} अपलोड हुए",
    "WhatsApp has all {n} approved": "WhatsApp में सभी {n} मंज़ूर हैं",
    "{n1} of {n2} connections answer": "{n2} में से {n1} कनेक्शन जवाब देते हैं",
    "WhatsApp cannot be reached: none of the connections got an answer": (
        "WhatsApp तक पहुँच नहीं है: किसी कनेक्शन को जवाब नहीं मिला"
    ),
    "Handed over {share1} %, Delivered {share2} %": "सौंपे गए {share1} %, पहुँचे {share2} %",
}
