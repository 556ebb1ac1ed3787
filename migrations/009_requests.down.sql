-- Without its keys nobody could read what is encrypted, and the version before would sign with nothing.
do $$
begin
  if exists (select from webhooks where sealed is not null)
    or exists (select from webhook_secrets where sealed is not null) then
    raise exception 'secrets of webhooks are encrypted, and the version before cannot read them';
  end if;
end
$$;

alter table deliveries
  drop column test;

drop table webhook_secrets;

alter table webhooks
  drop column signatures,
  drop column headers,
  drop column auth,
  drop column signing_key,
  drop column public_key,
  drop column secret_id,
  drop column secret_set_at,
  drop column old_secrets_until,
  drop column sealed;
