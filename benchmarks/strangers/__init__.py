"""Other people's wordings from audio: the dialogues of wording/ spoken near, by phone, far and in noise, heard and judged."""
