DROP TABLE gaps;
DROP TABLE sequences_seen_until;
DROP TABLE sequences;
