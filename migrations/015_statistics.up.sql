-- What happened, by webhook and minute, and by webhook and hour. A process of an earlier version writes nothing here.
-- The nil UUID stands for all webhooks together. ms_N: attempts that took up to N ms, and longer than the bound before;
-- the last one has all longer ones. Null is none. A row changes up to six times a minute for each process: half of a page
-- is left for that, so that no index entry is added.
create table statistics_minutes (
  webhook_id uuid not null,
  at timestamptz not null,
  accepted integer, attempts integer, succeeded integer, failed integer, retried integer, held integer,
  ms_1 integer, ms_2 integer, ms_5 integer, ms_10 integer, ms_20 integer, ms_30 integer, ms_50 integer,
  ms_75 integer, ms_100 integer, ms_150 integer, ms_200 integer, ms_300 integer, ms_500 integer,
  ms_750 integer, ms_1000 integer, ms_1500 integer, ms_2000 integer, ms_3000 integer, ms_5100 integer,
  ms_10100 integer, ms_30100 integer, ms_60100 integer, ms_300100 integer, ms_3600100 integer,
  primary key (webhook_id, at)
) with (fillfactor = 50);

create table statistics_hours (
  webhook_id uuid not null,
  at timestamptz not null,
  accepted integer, attempts integer, succeeded integer, failed integer, retried integer, held integer,
  ms_1 integer, ms_2 integer, ms_5 integer, ms_10 integer, ms_20 integer, ms_30 integer, ms_50 integer,
  ms_75 integer, ms_100 integer, ms_150 integer, ms_200 integer, ms_300 integer, ms_500 integer,
  ms_750 integer, ms_1000 integer, ms_1500 integer, ms_2000 integer, ms_3000 integer, ms_5100 integer,
  ms_10100 integer, ms_30100 integer, ms_60100 integer, ms_300100 integer, ms_3600100 integer,
  primary key (webhook_id, at)
) with (fillfactor = 50);

-- The last batch that each process has written: one that comes again, as its answer was lost, is not added twice.
create table statistics_writers (
  id uuid primary key,
  batch integer not null,
  at timestamptz not null
);
