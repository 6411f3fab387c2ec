"""English words that say of other words: absent, past, only possible, or a relative's.

Chosen from the lists published for two algorithms for clinical notes and their open programs: NegEx
for what is absent (Chapman et al. 2001, J Biomed Inform 34:301-310), and ConText for the rest
(Harkema et al. 2009, J Biomed Inform 42:839-851). The texts of the synthetic clinic were not looked
at for it. A text in another language has no cue, and its words stay as they are. Code and no data
file, so that a changed cue trains again.
"""

from dataclasses import dataclass


def _phrases(listed: str) -> tuple[str, ...]:
    """What stands between commas."""
    return tuple(" ".join(phrase.split()) for phrase in listed.split(","))


@dataclass(frozen=True)
class Scope:
    """One thing that is said of words, and the phrases that begin and end it.

    Attributes
    ----------
    name : what is said
    forward : of the words after, to the end of the sentence
    next_word : of the next word alone
    backward : of the words before
    ends : of no further word
    pseudo : of no further word either, though a phrase from above is in it
    """

    name: str
    forward: tuple[str, ...]
    next_word: tuple[str, ...] = ()
    backward: tuple[str, ...] = ()
    ends: tuple[str, ...] = ()
    pseudo: tuple[str, ...] = ()


# Where a clinician's note has "the patient", a form has "I" and "my".
SCOPES = (
    Scope(
        "negated",
        forward=_phrases(
            """no, not, never, without, cannot, can't, don't, doesn't, didn't, isn't, aren't,
            wasn't, weren't, hasn't, haven't, hadn't, couldn't, won't, wouldn't, deny, denies,
            denied, denying, decline, declines, declined, absence of, lack of, free of,
            negative for, rather than, rules out, ruled out, unremarkable for"""
        ),
        backward=_phrases(
            """free, unlikely, is ruled out, are ruled out, was ruled out, has been ruled out,
            have been ruled out, is negative, was negative"""
        ),
        ends=_phrases(
            """but, however, nevertheless, yet, though, although, still, except, aside from,
            apart from, secondary to, which, cause of, cause for, causes of, causes for, reason for,
            reasons for, source of, source for, origin of, origin for"""
        ),
        pseudo=_phrases(
            """no increase, no further, no change, no significant change, no definite change,
            not only, not necessarily, not certain if, not certain whether, not cause, not extend,
            not ruled out, not been ruled out, might not, without difficulty, without further,
            gram negative"""
        ),
    ),
    Scope(
        "past",
        forward=_phrases("history, hx, h/o, known to have, in the past for"),
        next_word=_phrases("previous, prior, pre-existing, status post, s/p"),
        ends=_phrases(
            """presented, presents, presenting, complains, complaining, comes in with,
            coming in with, was found, states, reports, reported, noted, currently, today, recent,
            sudden onset of, consistent with, emergency department"""
        ),
        pseudo=_phrases(
            """history of present illness, history of chief complaint, history and physical,
            history and examination, history taking, history from, day history of, poor history,
            social history, clinical history, patient history, detailed history"""
        ),
    ),
    Scope(
        "possible",
        forward=_phrases(
            """if, return, returning, should he, should she, should they, should there, should the,
            as needed, come back for, come back to, look out for, call"""
        ),
        ends=_phrases("patient, who, his, her, my, since, because, diagnosis"),
        pseudo=_phrases("know if, if negative"),
    ),
    # Not children and spouses: one may fill in the other's form.
    Scope(
        "relative",
        forward=_phrases(
            """family, families, mother, mothers, mom, mum, father, fathers, dad, parent, parents,
            brother, brothers, sister, sisters, sibling, siblings, aunt, aunts, uncle, uncles,
            cousin, cousins, nephew, niece, grandmother, grandfather, grandparent, grandparents"""
        ),
        ends=_phrases("patient, who, his, her, i"),
    ),
)
