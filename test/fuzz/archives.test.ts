import { describeTargets } from './describe-targets.ts';
import { FROM_ARCHIVES } from './targets/index.ts';

describeTargets('archives', FROM_ARCHIVES);
