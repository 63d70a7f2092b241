"""Where recordings and their facts come from: corpora, labels, transcripts and names."""
