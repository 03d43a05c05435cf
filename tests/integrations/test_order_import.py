"""Imports of orders from files: whole, twice, changed, tried out."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select

from reviewapp.core import clock
from reviewapp.core.db import EVERY_SHOP
from reviewapp.core.kit import Kit
from reviewapp.integrations.service import record_event
from reviewapp.models.account import Shop
from reviewapp.models.catalog import Customer, Order
from reviewapp.models.integration import ImportRun
from reviewapp.models.outbox import OutboxEvent
from tests import factories
from tests.integrations.order_files import GOOD, HEADER, counted, everything


class TestDocumentedLayout:
    def test_a_title_that_comes_later_is_told_on(self, run: Any, file: Any, kit: Kit) -> None:
        def told() -> list[str]:
            with kit.database.transaction(EVERY_SHOP) as session:
                return list(session.scalars(select(OutboxEvent.name)))

        bare = GOOD.replace(",MUG,Mug,", ",MUG,,")
        run(file(HEADER + bare), "--json")
        assert "product.changed" not in told()
        run(file(HEADER + GOOD), "--json")
        assert told().count("product.changed") == 1

    def test_orders_lines_people_and_products_come_in(self, run: Any, file: Any, kit: Kit) -> None:
        result = run(file(HEADER + GOOD), "--json")
        assert (result.exit_code, counted(result)) == (0, (2, 0, 0, 0))
        found = everything(kit)
        delivered = datetime(2026, 11, 4, 8, 30, tzinfo=UTC)
        assert found["lines"] == [
            ("A-1", "1", delivered),
            ("A-1", "2", datetime(2026, 11, 6, 8, 30, tzinfo=UTC)),
            ("A-2", "1", None),
        ]
        assert found["products"] == {"MUG": "Mug", "BOWL": "Bowl"}
        assert found["people"] == ["ada@customers.example", "ben@customers.example"]
        with kit.database.transaction(EVERY_SHOP) as session:
            order = session.scalars(select(Order).where(Order.external_id == "A-1")).one()
            assert (order.tags, str(order.total), order.planning_due) == (
                ["gift", "x"],
                "48.50",
                True,
            )
            run_row = session.scalars(select(ImportRun)).one()
            assert (run_row.layout, run_row.row_count, run_row.created_count) == ("csv", 3, 2)
            assert run_row.finished_at is not None
        assert kit.queues.redis.exists("reviewapp:ping:plan")

    def test_the_same_file_again_changes_nothing_and_wakes_nobody(
        self, run: Any, file: Any, kit: Kit
    ) -> None:
        path = file(HEADER + GOOD)
        run(path)
        before = everything(kit)
        with kit.database.transaction(EVERY_SHOP) as session:
            session.execute(Order.__table__.update().values(planning_due=False))
        kit.queues.redis.flushdb()
        assert counted(run(path, "--json")) == (0, 0, 2, 0)
        assert everything(kit) == before
        assert not kit.queues.redis.exists("reviewapp:ping:plan")
        with kit.database.transaction(EVERY_SHOP) as session:
            assert not any(session.scalars(select(Order.planning_due)))

    def test_what_differs_is_changed_and_facts_only_move_earlier(
        self, run: Any, file: Any, kit: Kit
    ) -> None:
        run(file(HEADER + GOOD))
        later = GOOD.replace("2026-11-04 09:30", "2026-11-09 09:30").replace("2,19.25", "3,19.25")
        assert counted(run(file(HEADER + later), "--json")) == (0, 1, 1, 0)
        assert everything(kit)["lines"][0][2] == datetime(2026, 11, 4, 8, 30, tzinfo=UTC)

    def test_rows_of_an_order_that_stand_apart_come_together(
        self, run: Any, file: Any, kit: Kit
    ) -> None:
        apart = "A-1,2026-11-01 10:00,ada@customers.example,,,,,,,3,JUG,,1,,,\n"
        result = run(file(HEADER + GOOD + apart), "--json")
        assert counted(result) == (2, 0, 0, 0)
        assert [line[1] for line in everything(kit)["lines"]][:3] == ["1", "2", "3"]

    def test_a_dry_run_counts_and_leaves_nothing(self, run: Any, file: Any, kit: Kit) -> None:
        result = run(file(HEADER + GOOD), "--dry-run", "--json")
        assert counted(result) == (2, 0, 0, 0)
        assert everything(kit)["orders"] == 0
        with kit.database.transaction(EVERY_SHOP) as session:
            assert session.scalars(select(ImportRun)).all() == []
        assert not kit.queues.redis.exists("reviewapp:ping:plan")

    def test_events_of_the_whole_order_told_before_hold_for_what_the_file_tells(
        self, run: Any, file: Any, kit: Kit, shop: Shop
    ) -> None:
        run(file(HEADER + GOOD))
        with kit.database.transaction(shop.id) as session:
            order = session.scalars(select(Order).where(Order.external_id == "A-2")).one()
            record_event(session, order, "delivered", datetime(2026, 11, 8, tzinfo=UTC))
        late = (
            GOOD.splitlines()[2].replace(",1,MUG,", ",2,JUG,").replace("2026-11-03T00:00:00Z", "")
        )
        assert counted(run(file(f"{HEADER}{late}\n"), "--json")) == (0, 1, 0, 0)
        found = {line[:2]: line[2] for line in everything(kit)["lines"]}
        assert found["A-2", "2"] == datetime(2026, 11, 8, tzinfo=UTC)
        assert found["A-2", "1"] is None

    def test_a_person_who_was_erased_stays_erased(self, run: Any, file: Any, kit: Kit) -> None:
        run(file(HEADER + GOOD))
        with kit.database.transaction(EVERY_SHOP) as session:
            for person in session.scalars(select(Customer)):
                person.email, person.name, person.erased_at = None, None, clock.now()
        run(file(HEADER + GOOD))
        with kit.database.transaction(EVERY_SHOP) as session:
            assert (
                session.execute(select(Customer.email, Customer.name)).all() == [(None, None)] * 2
            )

    def test_which_shop_must_be_clear(self, run: Any, file: Any, kit: Kit, shop: Shop) -> None:
        with kit.database.transaction(EVERY_SHOP) as session:
            other = factories.shop(session, name="Other")
            other_id = other.id
        path = file(HEADER + GOOD)
        assert "--shop" in str(run(path).exception)
        assert "no shop" in str(run(path, "--shop", "Nobody").exception)
        assert counted(run(path, "--shop", "Other", "--json")) == (2, 0, 0, 0)
        with kit.database.transaction(shop.id) as session:
            assert session.scalars(select(Order)).all() == []
        with kit.database.transaction(other_id) as session:
            assert len(session.scalars(select(Order)).all()) == 2

    def test_the_report_on_a_terminal_names_rows(self, run: Any, file: Any) -> None:
        result = run(file(HEADER + GOOD + "A-3,yesterday,a@x.example,,,,,,,1,P,,1,,,\n"))
        assert "2 orders created, 0 updated, 0 unchanged; 1 rows not taken" in result.stdout
        assert "orders.csv, line 5: ordered_at: not a date" in result.stdout

    def test_old_orders_can_be_tried_out_as_if_of_today(
        self, run: Any, file: Any, kit: Kit
    ) -> None:
        with clock.frozen(datetime(2027, 3, 15, 12, tzinfo=UTC)):
            run(file(HEADER + GOOD), "--as-if-today")
        assert everything(kit)["lines"][1][2] == datetime(2027, 3, 14, 8, 30, tzinfo=UTC)
