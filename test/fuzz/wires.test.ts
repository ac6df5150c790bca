import { describeTargets } from './describe-targets.ts';
import { FROM_WIRES } from './targets/index.ts';

describeTargets('wires', FROM_WIRES);
