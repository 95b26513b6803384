"""Two wordings of one morning: where they are written, approved, sent and compared."""

WORDINGS = {
    "A/B test: two wordings of one morning": "A/B परीक्षण: एक सुबह के दो पाठ",
    "Wording": "पाठ",
    "Wording A": "पाठ A",
    "Wording B": "पाठ B",
    "wording {x}": "पाठ {x}",
    "Share of wording B": "पाठ B का हिस्सा",
    "Begin wording B": "पाठ B शुरू करें",
    "Open wording A": "पाठ A खोलें",
    "Open wording B": "पाठ B खोलें",
    "Wording B has begun with the words of wording A.": "पाठ B, पाठ A के शब्दों से शुरू हो गया।",
    "Wording B, for {n} %": "पाठ B, {n} % के लिए",
    "Wording {x}, for {n} %": "पाठ {x}, {n} % के लिए",
    "Wording B: {state}": "पाठ B: {state}",
    "wording B to {n} %, content {hash}": "पाठ B {n} % को, सामग्री {hash}",
    "Some readers get a second wording, the others this one, and the report says which was read "
    "more. It is written, checked and approved by itself.": (
        "कुछ पाठकों को दूसरा पाठ मिलता है, बाक़ी को यही, और रिपोर्ट बताती है कि कौन ज़्यादा पढ़ा गया। वह "
        "अलग से लिखा, जाँचा और मंज़ूर किया जाता है।"
    ),
    "Who gets which is drawn once, when the audience is frozen, and nobody gets both. A wording B "
    "that is not approved by then stays behind: everybody gets wording A.": (
        "किसे कौन-सा मिलेगा, यह पाठक तय होते समय एक ही बार तय होता है, और किसी को दोनों नहीं मिलते। तब "
        "तक मंज़ूर न हुआ पाठ B रह जाता है: सबको पाठ A मिलता है।"
    ),
    "{n} % of the readers of these languages get this wording, the others wording A.": (
        "इन भाषाओं के {n} % पाठकों को यह पाठ मिलता है, बाक़ी को पाठ A।"
    ),
    "{n} % of the readers of its languages get wording B, the others this one.": (
        "उसकी भाषाओं के {n} % पाठकों को पाठ B मिलता है, बाक़ी को यही।"
    ),
    # approvals
    "Wording A, beside this one": "पाठ A, इसके साथ",
    "Wording B, beside this one": "पाठ B, इसके साथ",
    "Review that one": "उसे जाँचें",
    "{n1} % of the readers get wording A, {n2} % get wording B, where a language has both.": (
        "जिस भाषा में दोनों हैं, वहाँ {n1} % पाठकों को पाठ A और {n2} % को पाठ B मिलता है।"
    ),
    # reports
    "Of those delivered": "पहुँचे में से",
    "Replied": "जवाब दिया",
    "Said stop": "रोकने को कहा",
    "People who read a language that has both wordings, and what they did within 24 hours of the "
    "opening. Reading is the one thing that is judged, and once; the rest is there to look at.": (
        "वे लोग जिनकी भाषा में दोनों पाठ हैं, और खुलने के 24 घंटों में उन्होंने क्या किया। परखा सिर्फ़ पढ़ना "
        "जाता है, और एक ही बार; बाक़ी देखने के लिए है।"
    ),
    "Not judged yet: what happens within 24 hours of the opening counts, and it is judged once, "
    "when they are over.": (
        "अभी परखा नहीं गया: खुलने के 24 घंटों में जो होता है वही गिना जाता है, और उनके पूरे होने पर एक ही "
        "बार परखा जाता है।"
    ),
    "Too few to judge (n = {n1} and {n2}): each wording needs {n3} people who got it, and at least "
    "{n4} who read it and {n5} who did not.": (
        "परखने के लिए लोग कम हैं ({n1} और {n2}): हर पाठ को {n3} ऐसे लोग चाहिए जिन तक वह पहुँचा, और कम से "
        "कम {n4} जिन्होंने पढ़ा और {n5} जिन्होंने नहीं।"
    ),
    "No difference was shown (B minus A {points} points, 95 % interval {low} to {high}, n = {n1} "
    "and {n2}). So many people show a difference of {n3} points in four of five such mornings; a "
    "smaller one may be there.": (
        "कोई अंतर नहीं दिखा (B घटा A {points} अंक, 95 % अंतराल {low} से {high}, {n1} और {n2} लोग)। इतने "
        "लोगों में {n3} अंक का अंतर ऐसी पाँच में से चार सुबहों में दिखता है; उससे छोटा हो सकता है।"
    ),
    "Wording {which} was read more (B minus A {points} points, 95 % interval {low} to {high}, n = "
    "{n1} and {n2}). Two wordings that are alike look as different as this in fewer than one of "
    "twenty mornings.": (
        "पाठ {which} ज़्यादा पढ़ा गया (B घटा A {points} अंक, 95 % अंतराल {low} से {high}, {n1} और {n2} "
        "लोग)। एक-से दो पाठ इतने अलग बीस में से एक से भी कम सुबहों में दिखते हैं।"
    ),
    # what a command says
    "There is a second wording already. Open that one.": "दूसरा पाठ पहले से है। उसे खोलें।",
    "This content is part of a broadcast already.": "यह सामग्री पहले ही प्रसारण का हिस्सा है।",
    "The audience is frozen already: everybody gets wording A this time.": (
        "पाठक तय हो चुके हैं: इस बार सबको पाठ A मिलेगा।"
    ),
}
