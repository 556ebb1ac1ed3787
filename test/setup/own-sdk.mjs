// With --import: an operator's own SDK of OpenTelemetry, which is there before Postmand.
import { NodeSDK } from '@opentelemetry/sdk-node';

new NodeSDK({ serviceName: 'own' }).start();
