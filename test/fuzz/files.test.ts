import { describeTargets } from './describe-targets.ts';
import { FROM_FILES } from './targets/index.ts';

describeTargets('files and people', FROM_FILES);
