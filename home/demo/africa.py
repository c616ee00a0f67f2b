"""The demo's teams from Africa.

The challenges of Kenya, Vietnam and Liberia are those of the program in the World Bank Institute's
report of 24 July 2014; everything else about them here is made up, and all people are invented.
"""

from home.demo.shapes import DemoTeam, Row, Work

LIBERIA = DemoTeam(
    name="Liberia",
    country="Liberia",
    challenge="Civil servants are paid on time and by one payroll, and the coalition of nine "
    "ministries behind the reform outlasts the next change of ministers.",
    sector="Civil service",
    language="en",
    time_zone="Africa/Monrovia",
    people=[
        ("Hon. Comfort Sirleaf-Toe", "Civil Service Agency", "liberia.lead"),
        ("Emmanuel Gbowee", "Ministry of Finance", "liberia.member"),
        ("Dr. Martha Kpadeh", "Ministry of Education", "liberia.education"),
        ("Eng. Joseph Nyanfore", "Ministry of Public Works", "liberia.works"),
        ("Fatu Dukuly", "Ministry of Health", "liberia.health"),
    ],
    outsiders=[
        ("Minister of State", "Office of the President"),
        ("Samuel Weeks", "Teachers' union"),
    ],
    rows=[
        [
            Row(
                1,
                "challenge",
                "Nobody can say how many people are on the payroll",
                "information",
                "Put the four personnel lists side by side and count the differences",
                "Emmanuel Gbowee; Fatu Dukuly",
                21,
            ),
            Row(
                2,
                "question",
                "What did others offer to those who lose a ghost salary?",
                "stakeholders",
                "Hear three directors whose departments will shrink, before others tell them",
                "Hon. Comfort Sirleaf-Toe",
                14,
            ),
            Row(
                3,
                "challenge",
                "Late pay is technical, ghost names are not",
                "organisation",
                "Split the work: a payment calendar now, the names with the ministries",
                "Dr. Martha Kpadeh",
                30,
            ),
        ],
        [
            Row(
                2,
                "in_plan",
                "The teachers' union can stop or carry the census",
                "stakeholders",
                "Invite the union to check the list with us, school by school",
                "Dr. Martha Kpadeh; Samuel Weeks",
                25,
            ),
            Row(
                3,
                "challenge",
                "The President's office hears of us only when something breaks",
                "stakeholders",
                "A page every month to the Minister of State",
                "Hon. Comfort Sirleaf-Toe",
                28,
            ),
            Row(
                3,
                "in_plan",
                "Bank accounts for up-country staff",
                "regulation",
                "Draft the circular that lets salaries go to mobile wallets",
                "",
                60,
            ),
        ],
        [
            Row(
                1,
                "question",
                "Who speaks for us when the lead is away?",
                "organisation",
                "Name a deputy and write down three rules of the game",
                "Eng. Joseph Nyanfore",
                10,
            ),
        ],
    ],
    takeaways=[
        "Late pay and ghost names are two problems: one we can order, one we must grow.",
        "We drew twenty actors. Four of them can stop us, and we had spoken to one.",
        "",
    ],
    action_items=[
        "Count first, accuse nobody.",
        "First page to the Minister of State before the month ends.",
        "",
    ],
    plan={
        "One list of who works where": [
            Work(
                "Put the four personnel lists side by side",
                "Emmanuel Gbowee; Fatu Dukuly",
                "Emmanuel Gbowee",
                3,
                30,
                "Two statisticians for three weeks",
            ),
            Work(
                "Check the list school by school with the union",
                "Dr. Martha Kpadeh; Samuel Weeks",
                "Dr. Martha Kpadeh",
                31,
                90,
            ),
        ],
        "Pay arrives on the 25th": [
            Work(
                "Publish a payment calendar", "Emmanuel Gbowee", "Hon. Comfort Sirleaf-Toe", 7, 45
            ),
            Work(
                "Salaries to mobile wallets in three counties",
                "Eng. Joseph Nyanfore",
                "",
                46,
                150,
                "Needs the circular",
            ),
        ],
        "The coalition outlasts us": [
            Work(
                "A page a month to the Minister of State",
                "Hon. Comfort Sirleaf-Toe",
                "Hon. Comfort Sirleaf-Toe",
                14,
                330,
            ),
        ],
    },
)


KENYA = DemoTeam(
    name="Kenya",
    country="Kenya",
    challenge="Affordable, safe electricity in informal settlements, wanted by the residents "
    "themselves, who today refuse an offer that is cheaper and safer than what they have.",
    sector="Electricity",
    language="en",
    time_zone="Africa/Nairobi",
    people=[
        ("Eng. Peter Kamau Njoroge", "Power utility", "kenya.lead"),
        ("Grace Achieng Odhiambo", "Power utility, customer care", "kenya.care"),
        ("Wanjiru Mwangi", "Energy regulator", "kenya.regulator"),
        ("Ali Hassan Noor", "County government", "kenya.county"),
    ],
    outsiders=[("Mama Njeri", "Residents' committee"), ("Chief Otieno", "Area chief")],
    rows=[
        [
            Row(
                1,
                "challenge",
                "A safer, cheaper offer, and people say no",
                "information",
                "Ask ten families what the present supplier gives them besides power",
                "Grace Achieng Odhiambo; Mama Njeri",
                18,
            ),
        ],
        [
            Row(
                2,
                "in_plan",
                "Those who sell power today lose their living",
                "stakeholders",
                "Offer the present suppliers work as agents",
                "Eng. Peter Kamau Njoroge",
                45,
            ),
        ],
        [
            Row(
                3,
                "question",
                "What would make a chief say yes in public?",
                "stakeholders",
                "Meet the chief with the residents, not before them",
                "Chief Otieno; Mama Njeri",
                30,
            ),
        ],
        [
            Row(
                2,
                "in_plan",
                "Safety frightens nobody, a fire does",
                "capacity",
                "Let residents tell the story on local radio",
                "Grace Achieng Odhiambo",
                60,
            ),
        ],
        [
            Row(
                1,
                "in_plan",
                "First street connected",
                "organisation",
                "One street, with its own agents, in 90 days",
                "Eng. Peter Kamau Njoroge",
                90,
            ),
        ],
    ],
    takeaways=[
        "They do not refuse power. They refuse us.",
        "Whoever loses must be in the room.",
        "Trust is a promise kept, then another.",
        "We speak of volts, they speak of neighbours.",
        "One street first.",
    ],
    action_items=[
        "Ten families by the end of the month.",
        "List who earns on today's lines.",
        "Meet the chief together.",
        "Find the radio hour.",
        "Sign the plan, book the first street.",
    ],
    plan={
        "Residents say what they want": [
            Work(
                "Ask ten families what they get today",
                "Grace Achieng Odhiambo; Mama Njeri",
                "Grace Achieng Odhiambo",
                3,
                20,
            ),
            Work(
                "Meet the chief together with the residents",
                "Eng. Peter Kamau Njoroge; Chief Otieno",
                "Eng. Peter Kamau Njoroge",
                14,
                35,
            ),
        ],
        "First street connected": [
            Work(
                "Agree agents' work with the present suppliers",
                "Eng. Peter Kamau Njoroge",
                "Ali Hassan Noor",
                10,
                60,
                "The county pays the training",
            ),
            Work(
                "Special tariff for the first 30 units", "Wanjiru Mwangi", "Wanjiru Mwangi", 20, 80
            ),
            Work(
                "Connect one street",
                "Eng. Peter Kamau Njoroge; Grace Achieng Odhiambo",
                "Eng. Peter Kamau Njoroge",
                60,
                90,
            ),
        ],
        "The story is told by those who lived it": [
            Work(
                "Residents on local radio",
                "Grace Achieng Odhiambo; Mama Njeri",
                "Grace Achieng Odhiambo",
                45,
                110,
            ),
        ],
    },
    did=["Met ten families with Mama Njeri. Nobody mentioned the price."],
    learned=["People pay the present supplier because he comes the same night when it fails."],
    struggling=["The tariff paper waits for a date with the regulator's board."],
    next=["The chief's meeting, with the residents in front."],
    help=["Someone who has turned informal suppliers into agents before."],
)


MAROC = DemoTeam(
    name="Maroc",
    country="Maroc",
    challenge="Les communes rurales publient leur budget et les habitants s’en servent.",
    sector="Collectivités locales",
    language="fr",
    time_zone="Africa/Casablanca",
    people=[
        ("Nadia El Amrani", "Ministère de l’Intérieur", "maroc.lead"),
        ("Youssef Benchekroun", "Trésorerie générale", "maroc.tresor"),
        ("سعاد الفاسي", "جمعية محلية", "maroc.association"),
    ],
    outsiders=[],
    rows=[
        [
            Row(
                1,
                "challenge",
                "Les habitants ne voient pas à quoi sert l’impôt",
                "stakeholders",
                "Rencontrer trois conseils communaux",
                "Nadia El Amrani",
                20,
            ),
            Row(
                2,
                "question",
                "من يقرأ الميزانية في القرية؟",
                "information",
                "نسأل عشرة أشخاص في كل جماعة",
                "سعاد الفاسي",
                15,
            ),
        ],
        [],
        [],
    ],
    takeaways=["Publier n’est pas expliquer.", "", ""],
    action_items=["Une page, en dialecte, par commune.", "", ""],
    plan={
        "Trois communes pilotes": [
            Work(
                "Rencontrer trois conseils communaux", "Nadia El Amrani", "Nadia El Amrani", 5, 25
            ),
        ],
    },
)
