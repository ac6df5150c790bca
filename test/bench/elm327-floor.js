// The least that messages through an ELM327 can take: what must follow one another on the serial line and on the bus, and
// nothing for the host, the ECU and whatever a program says to the chip besides.

const BITS_PER_CHARACTER = 10;
const BUS_BITS_PER_MS = 500;
/** A CAN frame without any stuff bit, with its pause: 47 bits and the data (elm327.md §3.3: 222 µs for 8 bytes). */
const FRAME_BITS = 47;
const FRAME_BYTES = 8;
/** ISO 15765-2 with extended addressing: of UDS bytes 6 in a single frame, 5 in the first of several, 6 in every other. */
const SINGLE = 6;
const FIRST = 5;
const CONSECUTIVE = 6;
/** An end of line and the prompt: before it the chip takes no next line (elm327.md §1). */
const PROMPT = 2;
/** One flow control, for a whole message. */
const FLOW_CONTROL_BYTES = 4;

/** Adds up messages, one after the other, as they are exchanged. */
export function createElm327Floor(baud) {
  const sum = { ms: 0, frameCharacters: 0 };
  const line = (characters) => {
    sum.ms += (characters * BITS_PER_CHARACTER * 1000) / baud;
  };
  const frames = (characters) => {
    sum.frameCharacters += characters;
    line(characters);
  };
  const bus = (bytes) => {
    sum.ms += (FRAME_BITS + 8 * bytes) / BUS_BITS_PER_MS;
  };
  return {
    get ms() {
      return sum.ms;
    },
    /** Of the frames that carry the messages alone: no prompt, no flow control. */
    get frameCharacters() {
      return sum.frameCharacters;
    },
    /** A request of one frame: its digits and the end of line, then the bus. */
    request(bytes) {
      if (bytes > SINGLE) throw new Error('the floor knows no long requests');
      frames(2 * (2 + bytes) + 1);
      bus(2 + bytes);
      line(PROMPT);
    },
    /** An answer: the chip prints a frame when it has all of it, and the frames behind the second while it prints. */
    answer(bytes) {
      if (bytes <= SINGLE) {
        bus(2 + bytes);
        frames(shown(2 + bytes));
        return;
      }
      bus(FRAME_BYTES);
      line(2 * FLOW_CONTROL_BYTES + 1);
      bus(FLOW_CONTROL_BYTES);
      bus(FRAME_BYTES);
      frames((1 + Math.ceil((bytes - FIRST) / CONSECUTIVE)) * shown(FRAME_BYTES));
    },
  };
}

/** Three digits of identifier, two a byte, an end of line. */
function shown(bytes) {
  return 3 + 2 * bytes + 1;
}
