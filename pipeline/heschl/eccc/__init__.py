"""The English Consistent Confusions Corpus: words in noise that listeners misheard alike, and a network.

Marxer, Barker, Cooke & Garcia Lecumberri 2016, J. Acoust. Soc. Am. 140, EL458.
"""
