alter table deliveries
  drop column isolated_by;
