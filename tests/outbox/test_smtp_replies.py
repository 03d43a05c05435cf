"""Only an address that surely takes no mail is given up."""

from __future__ import annotations

import pytest

from reviewapp.outbox.smtp_replies import Reply, Stage, Verdict, judge

R, M, S = Stage.RECIPIENT, Stage.MESSAGE, Stage.SENDER


@pytest.mark.parametrize(
    ("stage", "code", "text", "verdict"),
    [
        (R, 250, "2.1.5 ok", Verdict.ACCEPTED),
        (R, 251, "will forward", Verdict.ACCEPTED),
        (R, 450, "4.2.1 greylisted", Verdict.LATER),
        (R, 451, "4.7.1 try again", Verdict.LATER),
        (M, 452, "4.3.1 disk full", Verdict.LATER),
        (S, 451, "later", Verdict.LATER),
        (
            R,
            550,
            "5.1.1 The email account that you tried to reach does not exist",
            Verdict.BAD_ADDRESS,
        ),
        (R, 550, "5.1.10 recipient has a null MX", Verdict.BAD_ADDRESS),
        (R, 550, "5.2.1 mailbox disabled", Verdict.BAD_ADDRESS),
        (R, 552, "5.2.2 mailbox full", Verdict.LATER),
        (R, 550, "5.4.1 Recipient address rejected: Access denied", Verdict.BAD_ADDRESS),
        (R, 550, "5.4.4 cannot route", Verdict.LATER),
        (R, 550, "user unknown", Verdict.BAD_ADDRESS),
        (R, 550, "5.0.0 no such user here", Verdict.BAD_ADDRESS),
        (R, 550, "nobody here", Verdict.BAD_ADDRESS),
        (R, 553, "mailbox name not right", Verdict.BAD_ADDRESS),
        (R, 556, "domain takes no mail", Verdict.BAD_ADDRESS),
        (R, 550, "5.7.1 relaying denied", Verdict.OPERATOR),
        (R, 554, "5.7.1 service unavailable; client host blocked using a list", Verdict.OPERATOR),
        (R, 550, "blocked for spam", Verdict.OPERATOR),
        (R, 550, "5.1.8 sender's domain does not exist", Verdict.OPERATOR),
        (R, 552, "storage exceeded", Verdict.LATER),
        (R, 530, "authentication required", Verdict.OPERATOR),
        (R, 503, "bad sequence", Verdict.OPERATOR),
        (S, 550, "5.1.0 sender rejected", Verdict.OPERATOR),
        (S, 530, "5.7.0 authentication required", Verdict.OPERATOR),
        (M, 554, "5.6.0 content rejected", Verdict.OPERATOR),
        (M, 550, "5.7.1 message looks like spam", Verdict.OPERATOR),
        (M, 550, "5.1.1 no such user", Verdict.BAD_ADDRESS),
        (M, 554, "transaction failed", Verdict.OPERATOR),
        (M, 552, "5.3.4 message too big", Verdict.OPERATOR),
    ],
)
def test_an_answer_means_what_it_says(stage: Stage, code: int, text: str, verdict: Verdict) -> None:
    assert judge(stage, Reply(code, text)) is verdict


def test_an_answer_is_kept_in_one_short_line() -> None:
    assert str(Reply(550, "x" * 1000)).startswith("550 xxx")
    assert len(str(Reply(550, "x" * 1000))) == 500
