/**
 * assistant: `kombi` with nothing typed. It finds the car, shows its state, and leads on. Every choice is a command line:
 * it is shown, so that it can be learnt and scripted, and run by the code that runs it for everybody.
 */
export { assist } from './assist.ts';
