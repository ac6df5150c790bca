import { describeTargets } from './describe-targets.ts';
import { FROM_FILES } from './targets/index.ts';

describeTargets('other files and from people', FROM_FILES);
