# The file FROM as a C++ string literal in TO.
file(READ ${FROM} text)
file(WRITE ${TO} "R\"TEXT(${text})TEXT\"\n")
