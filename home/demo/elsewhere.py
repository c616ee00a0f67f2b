"""The demo's teams from Asia and Latin America.

The challenges of Kenya, Vietnam and Liberia are those of the program in the World Bank Institute's
report of 24 July 2014; everything else about them here is made up, and all people are invented.
"""

from home.demo.shapes import DemoTeam, Row, Work

VIETNAM = DemoTeam(
    name="Vietnam",
    country="Vietnam",
    challenge="Households in three fast-growing districts get water every day, and the utility, "
    "the provinces and the users agree on who pays for it.",
    sector="Water",
    language="en",
    time_zone="Asia/Ho_Chi_Minh",
    people=[
        ("Nguyễn Thị Lan Anh", "Water utility", "vietnam.lead"),
        ("Trần Quốc Bảo", "Ministry of Construction", "vietnam.construction"),
        ("Lê Minh Châu", "Provincial people's committee", "vietnam.province"),
        ("Phạm Đức Huy", "Ministry of Finance", "vietnam.finance"),
    ],
    outsiders=[("Hội Phụ nữ", "Women's union, district office")],
    rows=[
        [
            Row(
                1,
                "challenge",
                "A third of the water never reaches a meter",
                "information",
                "Measure losses in one zone by night flow",
                "Trần Quốc Bảo",
                20,
            ),
            Row(
                4,
                "question",
                "Why five whys? We knew the answer at the second",
                "organisation",
                "Ask the meter readers the same question",
                "Nguyễn Thị Lan Anh",
                12,
            ),
        ],
        [
            Row(
                2,
                "in_plan",
                "Women decide which water the family buys",
                "stakeholders",
                "Two evenings with the women's union, listening only",
                "Hội Phụ nữ; Nguyễn Thị Lan Anh",
                21,
            ),
        ],
        [],
    ],
    takeaways=["Those who carry the water were not on our map.", "Listen first, price later.", ""],
    action_items=["Night flow in one zone.", "Two evenings of listening.", ""],
    plan={
        "One zone with water every day": [
            Work("Measure losses by night flow", "Trần Quốc Bảo", "Nguyễn Thị Lan Anh", 3, 28),
            Work(
                "Repair the ten worst leaks", "Trần Quốc Bảo; Phạm Đức Huy", "Trần Quốc Bảo", 29, 85
            ),
        ],
        "A tariff that users call fair": [
            Work("Two evenings with the women's union", "Hội Phụ nữ", "Nguyễn Thị Lan Anh", 7, 30),
        ],
    },
)


NEPAL = DemoTeam(
    name="Nepal",
    country="Nepal",
    challenge="Seven municipalities and the health posts share one budget for mothers' clinics.",
    sector="Health",
    language="en",
    time_zone="Asia/Kathmandu",
    people=[
        ("Sunita Shrestha", "Ministry of Health", "nepal.lead"),
        ("Bishal Tamang", "Association of municipalities", "nepal.municipalities"),
        ("Anju Gurung", "Mothers' groups", "nepal.mothers"),
    ],
    outsiders=[("Hari Adhikari", "Ministry of Finance")],
    rows=[
        [
            Row(
                1,
                "challenge",
                "Each post orders medicine alone",
                "organisation",
                "Compare seven orders",
                "Bishal Tamang",
                20,
            )
        ],
        [],
        [],
        [],
        [],
    ],
    takeaways=[
        "Seven small budgets make one poor clinic.",
        "",
        "",
        "",
        "Start with the order list.",
    ],
    action_items=["Compare seven orders.", "", "", "", "Sign the joint order."],
    plan={
        "One order for seven posts": [
            Work("Compare seven order lists", "Bishal Tamang", "Sunita Shrestha", 3, 25),
            Work("First joint order", "Sunita Shrestha; Hari Adhikari", "Sunita Shrestha", 26, 75),
        ],
        "Mothers are asked": [
            Work("Two talks in each municipality", "Anju Gurung", "Anju Gurung", 10, 70),
        ],
    },
    did=["Seven order lists are in one table; three items cost twice as much in one place."],
    learned=["The posts compare themselves when they see one table. We need not tell them."],
    struggling=["Finance wants one signature, the municipalities want seven."],
    next=["Draft the joint order with a rotating signature."],
)


PERU = DemoTeam(
    name="Perú",
    country="Perú",
    challenge="Los títulos de tierra de mujeres rurales se registran en menos de un año.",
    sector="Tierras",
    language="es",
    time_zone="America/Lima",
    people=[
        ("Rosa Quispe Mamani", "Ministerio de Desarrollo Agrario", "peru.lead"),
        ("Julio César Paredes", "Registros Públicos", "peru.registros"),
        ("Elena Huamán", "Federación de mujeres", "peru.federacion"),
    ],
    outsiders=[("Gobernador regional", "Gobierno regional")],
    rows=[
        [
            Row(
                1,
                "challenge",
                "El registro pide un papel que nadie tiene",
                "regulation",
                "Cambiar la lista de requisitos",
                "Julio César Paredes",
                40,
            )
        ],
        [],
        [],
        [],
        [],
    ],
    takeaways=["El papel que falta lo pide una norma que nadie defiende.", "", "", "", ""],
    action_items=["Buscar quién firmó esa norma.", "", "", "", ""],
    plan={
        "Un requisito menos": [
            Work(
                "Cambiar la lista de requisitos", "Julio César Paredes", "Rosa Quispe Mamani", 5, 60
            ),
        ],
        "Cien títulos": [
            Work(
                "Brigada de registro en dos valles",
                "Elena Huamán; Julio César Paredes",
                "Julio César Paredes",
                61,
                240,
            ),
        ],
    },
    did=["Nos reunimos con Registros. El requisito viene de una circular de 1998."],
    learned=["Nadie defendía la circular; solo nadie la había leído."],
    struggling=["El gobernador cambió y hay que empezar de nuevo con él."],
    next=["Presentar la propuesta al nuevo gobernador."],
    help=["Una llamada del banco al nuevo gobernador."],
)


GHANA = DemoTeam(
    name="Ghana",
    country="Ghana",
    challenge="Market women see what their fees pay for, and pay them without a collector's stick.",
    sector="Local revenue",
    language="en",
    time_zone="Africa/Accra",
    people=[
        ("Abena Owusu", "Metropolitan assembly", "ghana.lead"),
        ("Kofi Mensah", "Ministry of Local Government", "ghana.ministry"),
        ("Auntie Esi Quaye", "Market traders' association", "ghana.traders"),
    ],
    outsiders=[("The Market Queen", "Central market")],
    rows=[
        [
            Row(
                1,
                "challenge",
                "Nobody knows what the fee is for",
                "information",
                "Write on the gate what last year's fees paid",
                "Kofi Mensah",
                25,
            )
        ],
        [],
        [],
        [],
        [],
    ],
    takeaways=["They pay for what they can see.", "", "", "", "One market first."],
    action_items=["Paint the gate.", "", "", "", "Sign with the Market Queen."],
    plan={
        "One market where fees are public": [
            Work("Write last year's fees on the gate", "Kofi Mensah", "Abena Owusu", 3, 25),
            Work(
                "Agree with the traders what this year's pay for",
                "Auntie Esi Quaye; The Market Queen",
                "Abena Owusu",
                26,
                80,
            ),
        ],
    },
    did=["The gate is painted. People read it aloud to each other."],
    learned=["The traders count better than we do: they found an error in our sum."],
    struggling=["The collectors fear for their work."],
    next=["Offer the collectors work as inspectors of the drains."],
)

JORDAN = DemoTeam(
    name="الأردن",
    country="الأردن",
    challenge="تصل المياه إلى الأحياء الشرقية في أيام معلومة، ويثق الناس بجدول التوزيع.",
    sector="المياه",
    language="ar",
    time_zone="Asia/Amman",
    people=[
        ("ليلى الخطيب", "سلطة المياه", "jordan.lead"),
        ("م. سامر العبادي", "شركة المياه", "jordan.utility"),
        ("هبة الزعبي", "جمعية الحي", "jordan.quarter"),
    ],
    outsiders=[("معالي الوزير", "وزارة المياه")],
    rows=[
        [
            Row(
                1,
                "challenge",
                "الناس لا يصدقون الجدول",
                "stakeholders",
                "نزور عشرين بيتا ونسمع",
                "هبة الزعبي",
                20,
            )
        ],
        [],
        [],
        [],
        [],
    ],
    takeaways=["الثقة تبدأ بيوم واحد صادق.", "", "", "", "حي واحد أولا."],
    action_items=["عشرون بيتا.", "", "", "", "نعلن الجدول مع الجمعية."],
    plan={
        "حي واحد بجدول صادق": [
            Work("نزور عشرين بيتا ونسمع", "هبة الزعبي", "ليلى الخطيب", 3, 20),
            Work("ننشر الجدول ونلتزم به شهرا", "م. سامر العبادي", "ليلى الخطيب", 21, 70),
        ],
    },
    did=["زرنا عشرين بيتا. أكثرهم لم يسمع بالجدول."],
    learned=["الخبر يصل من الجارة لا من الإعلان."],
    struggling=["المضخة القديمة تتوقف كل أسبوع."],
    next=["نصلح المضخة قبل أن نعد بيوم ثان."],
    help=["مهندس مضخات لأسبوع واحد."],
)
