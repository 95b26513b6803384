"""The words made-up people are made of: given names, surnames and regions, by language."""

from typing import NamedTuple

from engine.domain.content import Language

Pair = tuple[str, str]
"""The same name as lists hold it: in Latin letters and, for Hindi and Marathi, in Devanagari."""


class FirstAndLast(NamedTuple):
    first: tuple[Pair, ...]
    last: tuple[Pair, ...]


def _pairs(text: str) -> tuple[Pair, ...]:
    words = text.split()
    return tuple(zip(words[::2], words[1::2], strict=True))


def _latin(text: str) -> tuple[Pair, ...]:
    return tuple((word, word) for word in text.split())


_HINDI_FIRST = _pairs(
    "Aarav आरव Aditi अदिति Ajay अजय Akash आकाश Alok आलोक Amit अमित Anil अनिल "
    "Anita अनीता Anjali अंजलि Ankit अंकित Archana अर्चना Arun अरुण Asha आशा "
    "Ashok अशोक Bharat भारत Deepak दीपक Divya दिव्या Gaurav गौरव Geeta गीता "
    "Harish हरीश Kamla कमला Kavita कविता Kiran किरण Lokesh लोकेश Mahesh महेश "
    "Manju मंजू Manoj मनोज Meena मीना Mohan मोहन Mukesh मुकेश Naveen नवीन Neha नेहा "
    "Nikhil निखिल Pankaj पंकज Pooja पूजा Pradeep प्रदीप Priya प्रिया Rahul राहुल "
    "Rajesh राजेश Rakesh राकेश Ramesh रमेश Rekha रेखा Ritu ऋतु Rohit रोहित "
    "Sandeep संदीप Sanjay संजय Seema सीमा Shalini शालिनी Shivam शिवम Suman सुमन "
    "Sunil सुनील Sunita सुनीता Suresh सुरेश Usha उषा Vandana वंदना Vijay विजय "
    "Vikas विकास Vinod विनोद Yogesh योगेश"
)
_HINDI_LAST = _pairs(
    "Agarwal अग्रवाल Bansal बंसल Bhardwaj भारद्वाज Chauhan चौहान Choudhary चौधरी "
    "Dubey दुबे Dwivedi द्विवेदी Garg गर्ग Goyal गोयल Gupta गुप्ता Jain जैन Jha झा "
    "Kashyap कश्यप Khandelwal खंडेलवाल Kumar कुमार Maheshwari माहेश्वरी "
    "Mathur माथुर Mehta मेहता Mishra मिश्रा Mittal मित्तल Pandey पांडेय Pathak पाठक "
    "Rajput राजपूत Rathore राठौड़ Rawat रावत Saxena सक्सेना Sharma शर्मा "
    "Shukla शुक्ला Singh सिंह Sinha सिन्हा Soni सोनी Srivastava श्रीवास्तव "
    "Tiwari तिवारी Tripathi त्रिपाठी Tyagi त्यागी Verma वर्मा Vyas व्यास Yadav यादव"
)
_MARATHI_FIRST = _pairs(
    "Abhijit अभिजित Ajit अजित Amol अमोल Amruta अमृता Aniket अनिकेत Ashwini अश्विनी "
    "Bhagyashree भाग्यश्री Chinmay चिन्मय Dattatray दत्तात्रय Dhananjay धनंजय "
    "Ganesh गणेश Gauri गौरी Girish गिरीश Hemant हेमंत Jayant जयंत Ketaki केतकी "
    "Ketan केतन Mangesh मंगेश Manasi मानसी Milind मिलिंद Mrunal मृणाल "
    "Nandini नंदिनी Nilesh निलेश Nitin नितीन Omkar ओंकार Pallavi पल्लवी "
    "Prachi प्राची Prasad प्रसाद Pravin प्रवीण Rajendra राजेंद्र Rohini रोहिणी "
    "Rucha ऋचा Rutuja ऋतुजा Sachin सचिन Sai सई Sandesh संदेश Sayali सायली "
    "Shailesh शैलेश Sharad शरद Shubhangi शुभांगी Snehal स्नेहल Sneha स्नेहा "
    "Swapnil स्वप्निल Tanmay तन्मय Tejas तेजस Vaibhav वैभव Vaishali वैशाली "
    "Varsha वर्षा Vidya विद्या Vinayak विनायक"
)
_MARATHI_LAST = _pairs(
    "Apte आपटे Bapat बापट Bhosale भोसले Chavan चव्हाण Dalvi दळवी Deshmukh देशमुख "
    "Deshpande देशपांडे Gadgil गाडगीळ Gaikwad गायकवाड Godbole गोडबोले Gokhale गोखले "
    "Inamdar इनामदार Jadhav जाधव Jagtap जगताप Joshi जोशी Kadam कदम Kale काळे "
    "Kamble कांबळे Karve कर्वे Kelkar केळकर Kulkarni कुलकर्णी Kunte कुंटे "
    "Limaye लिमये Mane माने More मोरे Naik नाईक Paranjape परांजपे Patil पाटील "
    "Pawar पवार Phadke फडके Rane राणे Sathe साठे Sawant सावंत Shinde शिंदे "
    "Tambe तांबे Thorat थोरात Wagh वाघ Walimbe वाळिंबे"
)
_ENGLISH_FIRST = _latin(
    "Aditya Ananya Arjun Arvind Bhavna Chitra Daniel Debashish Farhan Gopal "
    "Harpreet Hema Imran Indira Ishaan Jasmine Jatin Jyoti Karthik Keerthi Lakshmi "
    "Madhav Maria Meera Mihir Nandita Naveed Nisha Parth Pranav Radhika Raghav "
    "Rashmi Rohan Sameer Sana Shreya Siddharth Sourav Srinivas Subramaniam Tanvi "
    "Thomas Uma Varun Venkatesh Vidhi Vikram Yash Zoya"
)
_ENGLISH_LAST = _latin(
    "Ahuja Banerjee Bhat Bose Chakraborty Chandran Das Desai D'Souza Dutta "
    "Fernandes Gandhi George Ghosh Gill Hegde Iyer Kamath Kapoor Khan Krishnan "
    "Malhotra Menon Mukherjee Nair Narayanan Parekh Patel Pillai Prabhu Rajan Rao "
    "Reddy Sen Shah Shenoy Shetty Sodhi Subramanian Thakkar Varghese Zaveri"
)

NAMES: dict[Language, FirstAndLast] = {
    Language.EN: FirstAndLast(_ENGLISH_FIRST, _ENGLISH_LAST),
    Language.HI: FirstAndLast(_HINDI_FIRST, _HINDI_LAST),
    Language.MR: FirstAndLast(_MARATHI_FIRST, _MARATHI_LAST),
}
DEVANAGARI_SHARE = 0.5
"""How many Hindi and Marathi readers are written down in Devanagari; the rest in Latin letters."""

REGIONS: dict[Language, tuple[str, ...]] = {
    Language.EN: (
        *("Karnataka", "Tamil Nadu", "Telangana", "Gujarat", "West Bengal", "Kerala", "Delhi"),
        *("Maharashtra", "Andhra Pradesh", "Punjab", "Odisha", "Assam", "Chandigarh", "Goa"),
    ),
    Language.HI: (
        *("Uttar Pradesh", "Delhi", "Rajasthan", "Madhya Pradesh", "Bihar", "Haryana"),
        *("Uttarakhand", "Jharkhand", "Chhattisgarh", "Himachal Pradesh"),
    ),
    Language.MR: ("Maharashtra", "Maharashtra", "Maharashtra", "Maharashtra", "Goa"),
}
