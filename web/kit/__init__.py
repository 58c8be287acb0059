"""What every page has at hand: who asks and what he may, the site, texts, files, refusals."""
