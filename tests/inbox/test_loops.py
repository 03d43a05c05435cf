"""Conversations between machines end by design, and the operator sees where."""

from __future__ import annotations

from reviewapp.inbox.reading import MOST_NEW_CASES
from reviewapp.models.mailbox import InboundMail
from tests.inbox.mails import mail


class TestLoops:
    """Conversations between machines end by design, and the operator sees where."""

    def until_silent(self, post, values, rounds=20):
        """A hostile program answers every letter it gets, without a sign of being one."""
        post.take(mail("Hello.", sender="Bot <bot@evil.example>"))
        seen = 0
        for _ in range(rounds):
            before, seen = seen, self.step(post, seen, values)
            if seen == before:
                return seen
        raise AssertionError("it never ends")

    def step(self, post, seen, values):
        fresh = post.letters()[seen:]
        for letter in fresh:
            told = {"sender": "Bot <bot@evil.example>", "subject": "Re: " + letter["Subject"]}
            post.take(mail("Thank you for your mail.", **(told | values(letter))))
        return seen + len(fresh)

    def test_a_program_that_answers_every_letter_in_its_thread_gets_one(self, post) -> None:
        def in_thread(letter):
            return {"to": letter["Reply-To"], "In_Reply_To": letter["Message-ID"]}

        assert self.until_silent(post, in_thread) == 1
        assert len(post.cases()) == 1

    def test_a_program_that_begins_anew_each_time_ends_by_rate(self, post) -> None:
        assert self.until_silent(post, lambda letter: {"to": "help@kiln.example"}) == MOST_NEW_CASES
        assert len(post.cases()) == MOST_NEW_CASES
        with post.kit.database.transaction(post.shop_id) as session:
            (stopped,) = session.query(InboundMail).filter_by(state="waiting")
            assert stopped.reason == "too_many_from_sender"

    def test_our_own_letters_answer_nothing(self, post) -> None:
        post.take(mail(sender="Kiln <help@kiln.example>"))
        (letter,) = post.letters()
        back = mail(**{name.replace("-", "_"): letter[name] for name in ("X-Reviewapp-Loop",)})
        assert post.take(back).reason == "own_mark"
        assert post.take(mail(Message_ID=letter["Message-ID"])).reason == "own_message_id"
        assert len(post.cases()) == 1
        assert len(post.letters()) == 1

    def test_a_mailing_list_gets_no_word(self, post) -> None:
        row = post.take(mail(List_Id="<potters.lists.example>", Precedence="list"))
        assert (row.state, row.reason) == ("stopped", "list_header")
        assert post.letters() == []
