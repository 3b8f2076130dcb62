/** The kernels of recurrent layers. */
export { lstmBackward, lstmForward, lstmScratchBytes } from "../recurrent/lstm";
export { peepholeBackward } from "../recurrent/peephole";
export { gruBackward, gruForward, gruScratchBytes } from "../recurrent/gru";
export { simpleRnnBackward, simpleRnnForward, simpleRnnScratchBytes } from "../recurrent/simpleRnn";
