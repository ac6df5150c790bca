// The least that messages through an ELM327 or one of its kin can take: what must follow one another on the serial line, on
// the bus and on a radio link, and nothing for the host, the ECU and whatever a program says to the chip besides.

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
/** Frames that a response digit can say. */
const MOST_COUNTED = 15;
/** A line of a full frame as it is sent. */
const FRAME_LINE = 2 * FRAME_BYTES + 1;
/** STPXD: around a message that an STN chip cuts by itself, and its end of line. */
const STN_LINE = 7;
/** Where R0 is not known: the chip's shortest wait, and what it says then (`NO DATA`, two ends of line, the prompt). */
const SLOW_WAIT_MS = 4;
const SLOW_WORDS = 10;

/**
 * Adds up messages, one after the other, as they are exchanged.
 *
 * @param {{ baud: number | (() => number), roundTripMs?: number, way?: 'raw' | 'slow' | 'stn' }} wire
 */
export function createElm327Floor({ baud, roundTripMs = 0, way = 'raw' }) {
  const sum = { ms: 0, frameCharacters: 0 };
  const line = (characters) => {
    sum.ms += (characters * BITS_PER_CHARACTER * 1000) / (typeof baud === 'number' ? baud : baud());
  };
  const frames = (characters) => {
    sum.frameCharacters += characters;
    line(characters);
  };
  const bus = (bytes, times = 1) => {
    sum.ms += (times * (FRAME_BITS + 8 * bytes)) / BUS_BITS_PER_MS;
  };
  /** What the host sends next depends on what came back. */
  const turn = (times = 1) => {
    sum.ms += times * roundTripMs;
  };
  const byFrames = {
    request(bytes) {
      frames(2 * (2 + bytes) + 1);
      bus(2 + bytes);
      line(PROMPT);
      turn();
    },
    /** The first frame, the flow control for it, and each other frame once the chip has prompted for it. */
    longRequest(bytes) {
      const others = consecutive(bytes);
      frames(FRAME_LINE);
      bus(FRAME_BYTES);
      bus(FLOW_CONTROL_BYTES);
      frames(shown(FLOW_CONTROL_BYTES));
      line(PROMPT);
      for (let frame = 0; frame < others; frame += 1) {
        frames(FRAME_LINE);
        bus(FRAME_BYTES);
        const isLast = frame === others - 1;
        line(way === 'slow' && !isLast ? SLOW_WORDS : 1);
        if (way === 'slow' && !isLast) sum.ms += SLOW_WAIT_MS;
      }
      turn(1 + others);
    },
    /** The chip prints a frame when it has all of it, and the frames behind the second while it prints. */
    answer(bytes) {
      if (bytes <= SINGLE) {
        bus(2 + bytes);
        frames(shown(2 + bytes));
        return;
      }
      bus(FRAME_BYTES);
      // A flow control a block that the chip can count, or one for all the rest and one turn to end listening.
      turn(Math.min(Math.ceil(consecutive(bytes) / MOST_COUNTED), 2));
      line(2 * FLOW_CONTROL_BYTES + 1);
      bus(FLOW_CONTROL_BYTES);
      bus(FRAME_BYTES);
      frames((1 + consecutive(bytes)) * shown(FRAME_BYTES));
    },
  };
  /** One line a message, whatever its length; an answer is shown when all of it has come. */
  const byMessages = {
    request(bytes) {
      frames(2 * bytes + STN_LINE);
      bus(FRAME_BYTES);
      line(PROMPT);
      turn();
    },
    longRequest(bytes) {
      frames(2 * bytes + STN_LINE);
      bus(FRAME_BYTES, 1 + consecutive(bytes));
      bus(FLOW_CONTROL_BYTES);
      line(PROMPT);
      turn();
    },
    answer(bytes) {
      if (bytes <= SINGLE) bus(2 + bytes);
      else {
        bus(FRAME_BYTES, 1 + consecutive(bytes));
        bus(FLOW_CONTROL_BYTES);
      }
      frames(shown(bytes));
    },
  };
  const kind = way === 'stn' ? byMessages : byFrames;
  return {
    get ms() {
      return sum.ms;
    },
    /** Of the frames or lines that carry the messages alone: no prompt, no flow control of ours. */
    get frameCharacters() {
      return sum.frameCharacters;
    },
    request: (bytes) => (bytes > SINGLE ? kind.longRequest(bytes) : kind.request(bytes)),
    answer: kind.answer,
  };
}

/** Adds up every message of a transport from now on. */
export function addUp(transport, floor) {
  const { send, receive } = { send: transport.send.bind(transport), receive: transport.receive.bind(transport) };
  transport.send = (target, payload, signal) => {
    floor.request(payload.length);
    return send(target, payload, signal);
  };
  transport.receive = async (deadlineMs, signal) => {
    const message = await receive(deadlineMs, signal);
    if (message !== undefined) floor.answer(message.payload.length);
    return message;
  };
}

/** Frames behind the first. */
function consecutive(bytes) {
  return Math.ceil((bytes - FIRST) / CONSECUTIVE);
}

/** Three digits of identifier, two a byte, an end of line. */
function shown(bytes) {
  return 3 + 2 * bytes + 1;
}
