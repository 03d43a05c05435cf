"""The demo shop's last four weeks, told one by one, so that every screen has its case."""

from __future__ import annotations

from reviewapp.demo.catalogue import Buyer, buyer
from reviewapp.demo.story import Answer, Help, Purchase, Told, delivered


def present() -> list[Purchase]:
    """The newest orders; numbers follow those of the past."""
    return [
        *_waiting_reviews(),
        *_decided_otherwise(),
        *_one_bad_batch(),
        *_cases(),
        *_on_their_way(),
    ]


def _person(name: str, country: str = "DE", locale: str = "en") -> Buyer:
    address = name.lower().replace(" ", ".").replace("é", "e").replace("ü", "ue")
    return Buyer(name, f"{address}@shopper.example", country, locale)


def _asked(number: int, who: Buyer, product: str, days_ago: float, answer: Answer) -> Purchase:
    return Purchase(number, who, (product,), days_ago, delivered(3), answer=answer)


def _waiting_reviews() -> list[Purchase]:
    """For the queue: plain ones, with photos, and with something to look at twice."""
    wait = "wait"
    return [
        _asked(2001, _person("Edith Brandt"), "juniper-dress", 14, Answer(
            5, "Tied once, worn all week",
            "The sash is long enough to go round twice, and the pockets are real. I wore it to a "
            "wedding and to the market the day after. The voile creases, but it hangs out "
            "overnight.", 1.6, "juniper-on-the-door", ("site", "social"), "true", wait)),
        _asked(2002, _person("Rosa Vidal", "ES"), "heath-sweater", 13.6, Answer(
            2, "Lovely cables, scratchy neck",
            "The cables are as pretty as in the picture. The ribbed neck scratches, though, even "
            "over a shirt, and after a day I had red marks. I hoped for softer wool at this "
            "price.", 1.2, "heath-by-the-wall", (), "true", wait)),
        _asked(2003, _person("Jakob Weber", "AT", "de"), "calder-trousers", 14.4, Answer(
            4, "Schöne Hose, etwas lang",
            "Der Stoff ist fest und fällt gut, die Taschen sind groß genug. Bei 1,68 m musste ich "
            "sie allerdings drei Zentimeter kürzen lassen. Geliefert wurde sie schneller als "
            "angekündigt.", 1.5, None, (), "large", wait)),
        _asked(2004, _person("Priya Shah", "GB"), "linden-blouse", 13.5, Answer(
            3, "Nice blouse, call me about the buttons",
            "Two buttons came loose on the first day. Please ring me on +44 20 7946 0958 or write "
            "to priya.shah@shopper.example, I would like to keep it and only need new buttons.",
            1.1, "linden-on-the-door", ("site",), "true", wait)),
        _asked(2005, _person("Max Olsen", "NL"), "sorrel-tee", 11.9, Answer(
            5, "Good shirt",
            "Good shirt, I found it cheaper at https://best-shirts-outlet.example/sorrel so have a "
            "look there before you buy.", 1.0, None, (), "true", wait)),
        _asked(2006, _person("Louise Keller"), "fennel-skirt", 13.2, Answer(
            1, "The embroidery came off",
            "I washed it inside out as the label says, and half of the fennel came off the hem. "
            "The cotton is nice and it fits, but without the border it is just a blue skirt.",
            0.9, None, ("site",), "true", wait)),
        _asked(2007, _person("Tom Hartmann"), "tarn-jacket", 13.9, Answer(
            4, "Half jacket, half cardigan",
            "Bought it for the office, wear it on the bicycle. Warm without being heavy. One star "
            "less because the lining at the cuffs is thin.", 1.3, None,
            ("site", "email", "homepage"), "true", wait)),
    ]  # fmt: skip


def _decided_otherwise() -> list[Purchase]:
    """Refused with a reason its author can mend, and held for a closer look."""
    return [
        _asked(2011, _person("Carl Dahl"), "marlow-midi", 19, Answer(
            1, "Spoke to the woman next door",
            "My neighbour Anneliese Krause in the Birkenstraße 14 bought the same dress and says "
            "hers is better sewn. She is divorced and does not need two dresses anyway.",
            1.0, None, (), "", "personal_information",
            "It names a neighbour with her street and her family life; the dress itself may of "
            "course be criticised.")),
        _asked(2012, _person("Nina Costa", "ES"), "sorrel-tee", 22, Answer(
            5, "Perfect perfect perfect",
            "Best shirt ever best shop ever perfect five stars everybody should buy this shirt now "
            "now now.", 0.8, None, (), "", "hold",
            "Three accounts wrote these very words on one evening; we ask the payment provider.")),
    ]  # fmt: skip


def _one_bad_batch() -> list[Purchase]:
    """Three low public reviews of one batch within a week: incidents, and one alert."""
    return [
        _asked(2051, _person("Alice Norton", "GB"), "sorrel-tee", 15.2, Answer(
            1, "Seam open after one wash",
            "The side seam opened in the first wash, about ten centimetres. The label inside says "
            "batch 23A, if that helps. The fabric itself is nice.", 1.1)),
        _asked(2052, _person("Emil Novak", "CZ"), "sorrel-tee", 14.6, Answer(
            2, "Came apart",
            "Soft shirt, but the seam under the arm came undone on the second day. Batch 23A is "
            "printed on the label.", 1.3)),
        _asked(2053, _person("Carla Rossi", "IT"), "sorrel-tee", 14.1, Answer(
            2, "Nice fabric, poor sewing",
            "Wore it three times, then the seam at the side was open. My sister bought one too, "
            "hers is fine. Mine is from batch 23A.", 1.2)),
    ]  # fmt: skip


def _cases() -> list[Purchase]:
    """Help that was asked for through the link: new, answered, solved."""
    return [
        Purchase(2021, _person("Amelia Clarke", "GB"), ("juniper-dress",), 12.3, delivered(3),
                 help=Help("damaged", "The parcel was wet and the dress has a brown stain at the "
                           "hem. The outer box is soaked on one side. Can I have another one "
                           "before the weekend after next?", 0.6, "juniper-on-boards")),
        Purchase(2022, _person("Henri Moreau", "FR", "fr"), ("calder-trousers",), 12.6,
                 delivered(3), help=Help("return", "Bonjour, le pantalon est trop large à la "
                           "taille. Puis-je l'échanger contre la taille 38 ?", 0.9)),
        Purchase(2025, _person("Tobias Brandt"), ("calder-trousers",), 12.4, delivered(3),
                 help=Help("return", "Third time I write. I want my money back this week, or my "
                           "lawyer writes next.", 1.2)),
        Purchase(2023, _person("Greta Fischer"), ("linden-blouse", "fennel-skirt"), 16,
                 delivered(4), help=Help("question", "How do I get a coffee stain out of the "
                           "blouse without hurting the linen?", 1.1, None,
                           "Dear Greta, linen takes cold water and a little gall soap well. Dab "
                           "it, leave it for ten minutes, rinse, and wash at 30 degrees. If "
                           "anything is left, send me a photo and I will ask our dyer on Monday.")),
        Purchase(2024, _person("Ben Murphy", "IE"), ("heath-sweater",), 20, delivered(3),
                 answer=Answer(3, "Good in the end",
                               "The first one had a pulled thread at the sleeve, the second is "
                               "fine. Warm, and it has kept its shape.", 5.0, None, (), "true"),
                 help=Help("damaged", "There is a pulled thread at the left sleeve, about four "
                           "centimetres long.", 0.7, None,
                           "Dear Ben, I am sorry about the pulled thread. A new sweater leaves "
                           "our house today and should be with you on Thursday; please keep the "
                           "first one until then and send it back with the label in the box. "
                           "Write to me here if anything is unclear.", True)),
    ]  # fmt: skip


def _on_their_way() -> list[Purchase]:
    """Orders at every stage, and each way in which an order is not asked about."""
    return [
        Purchase(2031, buyer(901), ("juniper-dress", "linden-blouse"), 0.05),
        Purchase(2032, buyer(902), ("sorrel-tee",), 0.6),
        Purchase(2033, buyer(903), ("tarn-jacket",), 2, (Told("shipped", 1),)),
        Purchase(2034, buyer(904, "de"), ("marlow-midi",), 5, delivered(3)),
        Purchase(2035, buyer(905), ("heath-sweater", "calder-trousers"), 6, delivered(4)),
        Purchase(2036, buyer(906, "fr"), ("fennel-skirt",), 9, delivered(3)),
        Purchase(2037, buyer(907), ("linden-blouse",), 17, delivered(3)),
        Purchase(2038, buyer(908), ("sorrel-tee",), 8, (Told("cancelled", 0.4),)),
        Purchase(2039, buyer(909), ("juniper-dress",), 21, (Told("shipped", 1), Told("lost", 12))),
        Purchase(2040, buyer(910), ("calder-trousers",), 11,
                 (*delivered(3), Told("returned", 7), Told("refunded", 8))),
        Purchase(2041, buyer(911), ("tarn-jacket", "sorrel-tee"), 7,
                 (Told("shipped", 1, ("1",)), Told("delivered", 3, ("1",)))),
        Purchase(2042, buyer(912), ("marlow-midi", "fennel-skirt"), 10,
                 (Told("cancelled", 0.5, ("2",)), *delivered(3))),
        Purchase(2043, buyer(20), ("juniper-dress",), 9, delivered(2)),
    ]  # fmt: skip
