"""Pronunciations of words that a dictionary lacks: eSpeak NG's phonemes of American English as ARPABET.

Source: the phoneme inventory of `ph_english_us` of eSpeak NG 1.52; ARPABET as in CMUdict.
"""

import _ctypes
import ctypes
import re
import unicodedata
from ctypes import byref, c_char_p, c_int, c_void_p
from functools import cache

import espeakng_loader

from heschl import espeak

IPA, UTF8 = 2, 1  # of espeak_TextToPhonemes
VOICE = b"en-us"
ARPABET = {  # longest first where one begins another
    "aɪɚ": "AY ER", "aɪə": "AY AH", "ɔːɹ": "AO R", "oːɹ": "AO R", "ɑːɹ": "AA R",
    "tʃ": "CH", "dʒ": "JH", "aʊ": "AW", "aɪ": "AY", "eɪ": "EY", "oʊ": "OW", "ɔɪ": "OY",
    "əl": "AH L", "n̩": "AH N", "l̩": "AH L", "iə": "IY AH",
    "ɑː": "AA", "ɔː": "AO", "ɜː": "ER", "iː": "IY", "uː": "UW", "oː": "AO",
    "æ": "AE", "ɑ": "AA", "ɐ": "AH", "a": "AA", "ʌ": "AH", "ə": "AH", "ɚ": "ER", "ɔ": "AO",
    "ɛ": "EH", "e": "EH", "ɪ": "IH", "i": "IY", "ᵻ": "IH", "ʊ": "UH", "u": "UW", "o": "OW",
    "b": "B", "d": "D", "f": "F", "ɡ": "G", "h": "HH", "j": "Y", "k": "K", "l": "L", "m": "M", "n": "N",
    "ŋ": "NG", "p": "P", "ɹ": "R", "r": "R", "s": "S", "ʃ": "SH", "t": "T", "ɾ": "T", "ʔ": "T",
    "θ": "TH", "ð": "DH", "v": "V", "w": "W", "x": "K", "z": "Z", "ʒ": "ZH",
}  # fmt: skip
PHONE = re.compile("|".join(ARPABET))
UNSPOKEN = re.compile(r"[ˈˌː‍ ]|\([a-z-]+\)")  # stress, length, joiners, switches of language


@cache
def pronounced(word: str) -> str:
    """Return the phones of an English word or name, such as "HH EH SH AH L", as eSpeak NG reads it.

    raises : ValueError if it has letters that are not Latin, or a phoneme that American English lacks
    """
    foreign = [each for each in word if each.isalpha() and not unicodedata.name(each).startswith("LATIN")]
    ipa = "" if foreign else _ipa(word)  # it would spell them out
    phones = " ".join(ARPABET[phone] for phone in PHONE.findall(ipa))
    rest = UNSPOKEN.sub("", PHONE.sub("", ipa))
    if rest or not phones:
        raise ValueError(f"{word!r} has no English pronunciation")
    return phones


def _ipa(word: str) -> str:
    """Return what eSpeak NG says; the library is loaded anew, since other users of it end it after use."""
    library = ctypes.CDLL(espeakng_loader.get_library_path())
    try:
        espeak.initialize(library)
        if library.espeak_SetVoiceByName(VOICE) != 0:
            raise RuntimeError(f"eSpeak NG has no voice {VOICE.decode()}.")
        convert = library.espeak_TextToPhonemes
        convert.argtypes, convert.restype = [c_void_p, c_int, c_int], c_char_p
        text, parts = c_char_p(word.encode()), []
        while text.value:
            parts.append((convert(byref(text), UTF8, IPA) or b"").decode())
    finally:
        library.espeak_Terminate()
        _ctypes.dlclose(library._handle)
    return " ".join(parts)
