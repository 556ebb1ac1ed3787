/** One send of a delivery and what came of it. Named as the columns and as the API's fields. */
export type Attempt = {
  id: string;
  webhook_id: string;
  delivery_id: string;
  raw_request: string;
  raw_response: string;
  /** 0 where no complete response came. */
  response_status_code: number;
  /** Milliseconds. */
  execution_duration: number;
  success: boolean;
  /** Empty where a response came, whatever its status. */
  error: string;
  created_at: string;
};

export class AttemptNotFound extends Error {
  override name = 'AttemptNotFound';
}
