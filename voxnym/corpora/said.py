"""What the label of a redacted stretch says: the words that are heard there, or only their class.

Only words can be looked for in a transcript. A class ("NAME", "person_2", "x") that is taken for a
word would be found where somebody says "name", and the name itself would stay. So in doubt a label
is a class: then all that may be meant is redacted, or the transcript refused.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from voxnym.corpora.letters import SPACELESS, letters_of

_CLASS_WORDS: Final = """
name names first last middle full given maiden real proper home
firstname lastname surname forename givenname familyname fullname middlename maidenname
nickname username initials person persons people per pers individual patient doctor physician nurse
teacher student child pupil client customer caller agent employee employer boss friend relative
mother father sister brother family speaker participant interviewer interviewee subject informant
place places location loc city town village country state county region street streetname address
addr house housenumber zip zipcode postcode postal gpe fac facility building geo site landmark
org organisation organization organisations organizations company companies firm institution school
university hospital clinic employername workplace brand product prod event evt work art law norp
date dates time times day month year age birthday birthdate birth dob phone telephone tel mobile
number num numbers fax mail email url link web website account acct iban bank card creditcard
ssn passport license licence plate id ids identifier pin password passwd code secret key
money amount quantity cardinal ordinal percent language lang title profession job occupation
misc miscellaneous other others entity ent ner pii phi spi sensitive private personal confidential
redact redacted redaction redactions anonymise anonymize anonymised anonymized anon anonymous
remove removed delete deleted cut censor censored bleep beep mute muted hide hidden mask masked
silence noise unknown unk none null na nil tbd todo label labels tag mark marker note region
segment stretch span part section here xx xxx xxxx xy yy zz nn
vorname vornamen nachname nachnamen familienname spitzname personen ort orte ortsname stadt dorf
land strasse adresse anschrift hausnummer plz postleitzahl firma firmen arbeitgeber schule klinik
krankenhaus datum geburtstag geburtsdatum alter telefon telefonnummer handy nummer konto beruf
geheim vertraulich anonymisiert entfernt stelle schwaerzen
nom noms prenom prenoms personne personnes lieu lieux ville pays rue societe entreprise naissance
courriel numero compte metier supprimer masquer anonyme
nombre nombres apellido apellidos persona personas lugar lugares ciudad pueblo pais calle empresa
fecha nacimiento edad telefono correo direccion cuenta borrar anonimo
nome nomi cognome luogo citta paese via azienda data nascita eta indirizzo
naam voornaam achternaam persoon plaats stad bedrijf geboortedatum leeftijd adres
apelido pessoa cidade imie nazwisko osoba miejsce namn fornamn efternamn plats
"""
CLASSES: Final = frozenset(_CLASS_WORDS.split())
# Parts of names and phrases that everybody says; alone they point at nobody.
_EVERYDAY_WORDS: Final = """
the and for from with not but you your she her his him they them their our are was were has have
had this that there here what when where who how all one two its
von vom zum zur van den der das des dem die und mit aus bei auf fuer fur ein eine ist war ich sie
wir ihr sein mein dein del della delle degli dei dal los las les une des sur par pour avec est
het een voor met por para con una uno que san santa saint sankt
mister miss mrs frau herr herrn doctor doktor professor madame monsieur senor senora signor signora
"""
_EVERYDAY: Final = frozenset(_EVERYDAY_WORDS.split())
_MARKED: Final = re.compile(
    r"[\[<{(].*[\]>})]|.*_.*|.*[^\W\d_]\d+|[BIESO]-.*|[#@$%*?/\\].*", re.DOTALL
)
_PREFIX: Final = re.compile(r"\s*([\w -]{1,40})\s*[:=|]\s*(?=\S)")
_SPACELESS: Final = re.compile(f"[{SPACELESS}]")
_SHORTEST_PART: Final = 3
_UMLAUTS: Final = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ø": "oe", "å": "aa"})
_SPELLED_OUT: Final = re.compile("([aou])e")


def words_said(label: str) -> str | None:
    """The words that a label says are heard; None where it only names their class.

    A class in front of the words, with a colon, is set aside.

    >>> words_said("Anna Berg"), words_said("NAME"), words_said("name: Anna"), words_said("x")
    ('Anna Berg', None, 'Anna', None)
    """
    text = label.strip()
    prefix = _PREFIX.match(text)
    if prefix and _is_class(prefix[1]):
        text = text[prefix.end() :].strip()
    return None if _MARKED.fullmatch(text) or _is_class(text) else text


def parts_of(words: str) -> tuple[str, ...]:
    """Those of several words that point at somebody even when they stand alone.

    Where only some begin with a capital, only those: names do, in most languages.

    >>> parts_of("Anna van den Berg"), parts_of("lives in Paris"), parts_of("Anna")
    (('Anna', 'Berg'), ('Paris',), ())
    """
    parts = [part for part in re.split(r"[\s\-‐‑–—'’/.,;:]+", words) if part]
    if len(parts) < 2:
        return ()
    capitals = [part for part in parts if part[0].isupper() or _SPACELESS.match(part)]
    return tuple(dict.fromkeys(filter(points, capitals or parts)))


def spellings(words: str) -> frozenset[tuple[str, tuple[int, ...]]]:
    """Letters of the words, as `letters_of`, with umlauts as they are and spelled out.

    >>> sorted(letters for letters, _ in spellings("Müller"))
    ['mueller', 'muller']
    """
    folded = unicodedata.normalize("NFC", words.casefold())
    variants = (words, folded.translate(_UMLAUTS), _SPELLED_OUT.sub(r"\1", folded))
    return frozenset(found for found in map(letters_of, variants) if found[0])


def points(part: str) -> bool:
    """Whether a word alone may point at somebody: not too short, and not one that all use."""
    letters, _ = letters_of(part)
    shortest = 2 if _SPACELESS.match(part) else _SHORTEST_PART
    if letters in _EVERYDAY or letters in CLASSES:
        return False
    return len(letters) >= shortest


def _is_class(text: str) -> bool:
    letters, starts = letters_of(text)
    if _SPACELESS.search(text):
        return not letters
    if len(letters) < 2 or (letters.isdigit() and len(letters) < _SHORTEST_PART):
        return True
    tokens = [letters[a:b] for a, b in zip(starts, (*starts[1:], len(letters)), strict=True)]
    bare = [token.rstrip("0123456789") for token in tokens]
    kept = [token for token in bare if len(token) > 1]
    return not letters.isdigit() and all(
        token in CLASSES or _SPELLED_OUT.sub(r"\1", token) in CLASSES for token in kept
    )
