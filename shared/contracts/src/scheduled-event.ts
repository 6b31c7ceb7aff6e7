/** What EventBridge sends by the clock. Source: EventBridge user guide, "Creating a rule that runs on a schedule". */
import * as z from 'zod';

export const scheduledEventSchema = z.looseObject({
  id: z.string().min(1),
  source: z.literal('aws.events'),
  'detail-type': z.literal('Scheduled Event'),
  time: z.string(),
});
