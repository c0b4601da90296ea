"""The apps in somebody else's project: installed from their wheel, under four servers."""
