/** One send of a delivery and what came of it. Named as the columns and as the API's fields. */
export type Attempt = {
  id: string;
  webhook_id: string;
  delivery_id: string;
  /** Both texts are empty where the database refused them. */
  raw_request: string;
  raw_response: string;
  /** 0 where no complete response came. */
  response_status_code: number;
  /** Milliseconds. */
  execution_duration: number;
  success: boolean;
  /** It asked whether a failing endpoint answers again: it uses up none of the allowed attempts. */
  probe: boolean;
  /**
   * Why no response came, or why the texts are left out. Otherwise empty, whatever the status of
   * the response.
   */
  error: string;
  created_at: string;
};

export class AttemptNotFound extends Error {
  override name = 'AttemptNotFound';
}
