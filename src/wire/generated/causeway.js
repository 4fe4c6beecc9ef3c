/*eslint-disable block-scoped-var, id-length, no-control-regex, no-magic-numbers, no-mixed-operators, no-prototype-builtins, no-redeclare, no-shadow, no-var, sort-vars, default-case, jsdoc/require-param*/
import $protobuf from "protobufjs/minimal.js";

// Common aliases
const $Reader = $protobuf.Reader, $Writer = $protobuf.Writer, $util = $protobuf.util;
const $Object = $util.global.Object, $undefined = $util.global.undefined, $Error = $util.global.Error, $RangeError = $util.global.RangeError;

// Exported root namespace
const $root = $protobuf.roots["default"] || ($protobuf.roots["default"] = {});

export const causeway = $root.causeway = (() => {

    /**
     * Namespace causeway.
     * @exports causeway
     * @namespace
     */
    const causeway = {};

    causeway.v1 = (function() {

        /**
         * Namespace v1.
         * @memberof causeway
         * @namespace
         */
        const v1 = {};

        v1.Frame = (function() {

            /**
             * Properties of a Frame.
             * @typedef {Object} causeway.v1.Frame.$Properties
             * @property {causeway.v1.Hello.$Properties|null} [hello] Frame hello
             * @property {causeway.v1.Challenge.$Properties|null} [challenge] Frame challenge
             * @property {causeway.v1.Proof.$Properties|null} [proof] Frame proof
             * @property {causeway.v1.Welcome.$Properties|null} [welcome] Frame welcome
             * @property {causeway.v1.Refused.$Properties|null} [refused] Frame refused
             * @property {causeway.v1.Subscribe.$Properties|null} [subscribe] Frame subscribe
             * @property {causeway.v1.Start.$Properties|null} [start] Frame start
             * @property {causeway.v1.Records.$Properties|null} [records] Frame records
             * @property {causeway.v1.SnapshotChunk.$Properties|null} [snapshotChunk] Frame snapshotChunk
             * @property {causeway.v1.SnapshotEnd.$Properties|null} [snapshotEnd] Frame snapshotEnd
             * @property {causeway.v1.SnapshotAborted.$Properties|null} [snapshotAborted] Frame snapshotAborted
             * @property {causeway.v1.Ack.$Properties|null} [ack] Frame ack
             * @property {causeway.v1.Ping.$Properties|null} [ping] Frame ping
             * @property {causeway.v1.Pong.$Properties|null} [pong] Frame pong
             * @property {causeway.v1.Bye.$Properties|null} [bye] Frame bye
             * @property {causeway.v1.SnapshotWanted.$Properties|null} [snapshotWanted] Frame snapshotWanted
             * @property {causeway.v1.PackedRecords.$Properties|null} [packedRecords] Frame packedRecords
             * @property {"hello"|"challenge"|"proof"|"welcome"|"refused"|"subscribe"|"start"|"records"|"snapshotChunk"|"snapshotEnd"|"snapshotAborted"|"ack"|"ping"|"pong"|"bye"|"snapshotWanted"|"packedRecords"} [body] Frame body
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a Frame.
             * @memberof causeway.v1
             * @interface IFrame
             * @augments causeway.v1.Frame.$Properties
             * @deprecated Use causeway.v1.Frame.$Properties instead.
             */

            /**
             * Narrowed shape of a Frame.
             * @typedef {{
             *   hello?: causeway.v1.Hello.$Shape|null;
             *   challenge?: causeway.v1.Challenge.$Shape|null;
             *   proof?: causeway.v1.Proof.$Shape|null;
             *   welcome?: causeway.v1.Welcome.$Shape|null;
             *   refused?: causeway.v1.Refused.$Shape|null;
             *   subscribe?: causeway.v1.Subscribe.$Shape|null;
             *   start?: causeway.v1.Start.$Shape|null;
             *   records?: causeway.v1.Records.$Shape|null;
             *   snapshotChunk?: causeway.v1.SnapshotChunk.$Shape|null;
             *   snapshotEnd?: causeway.v1.SnapshotEnd.$Shape|null;
             *   snapshotAborted?: causeway.v1.SnapshotAborted.$Shape|null;
             *   ack?: causeway.v1.Ack.$Shape|null;
             *   ping?: causeway.v1.Ping.$Shape|null;
             *   pong?: causeway.v1.Pong.$Shape|null;
             *   bye?: causeway.v1.Bye.$Shape|null;
             *   snapshotWanted?: causeway.v1.SnapshotWanted.$Shape|null;
             *   packedRecords?: causeway.v1.PackedRecords.$Shape|null;
             *   $unknowns?: Array.<Uint8Array>;
             * } & (
             *   ({ body?: undefined; hello?: null; challenge?: null; proof?: null; welcome?: null; refused?: null; subscribe?: null; start?: null; records?: null; snapshotChunk?: null; snapshotEnd?: null; snapshotAborted?: null; ack?: null; ping?: null; pong?: null; bye?: null; snapshotWanted?: null; packedRecords?: null }|{ body?: "hello"; hello: causeway.v1.Hello.$Shape; challenge?: null; proof?: null; welcome?: null; refused?: null; subscribe?: null; start?: null; records?: null; snapshotChunk?: null; snapshotEnd?: null; snapshotAborted?: null; ack?: null; ping?: null; pong?: null; bye?: null; snapshotWanted?: null; packedRecords?: null }|{ body?: "challenge"; hello?: null; challenge: causeway.v1.Challenge.$Shape; proof?: null; welcome?: null; refused?: null; subscribe?: null; start?: null; records?: null; snapshotChunk?: null; snapshotEnd?: null; snapshotAborted?: null; ack?: null; ping?: null; pong?: null; bye?: null; snapshotWanted?: null; packedRecords?: null }|{ body?: "proof"; hello?: null; challenge?: null; proof: causeway.v1.Proof.$Shape; welcome?: null; refused?: null; subscribe?: null; start?: null; records?: null; snapshotChunk?: null; snapshotEnd?: null; snapshotAborted?: null; ack?: null; ping?: null; pong?: null; bye?: null; snapshotWanted?: null; packedRecords?: null }|{ body?: "welcome"; hello?: null; challenge?: null; proof?: null; welcome: causeway.v1.Welcome.$Shape; refused?: null; subscribe?: null; start?: null; records?: null; snapshotChunk?: null; snapshotEnd?: null; snapshotAborted?: null; ack?: null; ping?: null; pong?: null; bye?: null; snapshotWanted?: null; packedRecords?: null }|{ body?: "refused"; hello?: null; challenge?: null; proof?: null; welcome?: null; refused: causeway.v1.Refused.$Shape; subscribe?: null; start?: null; records?: null; snapshotChunk?: null; snapshotEnd?: null; snapshotAborted?: null; ack?: null; ping?: null; pong?: null; bye?: null; snapshotWanted?: null; packedRecords?: null }|{ body?: "subscribe"; hello?: null; challenge?: null; proof?: null; welcome?: null; refused?: null; subscribe: causeway.v1.Subscribe.$Shape; start?: null; records?: null; snapshotChunk?: null; snapshotEnd?: null; snapshotAborted?: null; ack?: null; ping?: null; pong?: null; bye?: null; snapshotWanted?: null; packedRecords?: null }|{ body?: "start"; hello?: null; challenge?: null; proof?: null; welcome?: null; refused?: null; subscribe?: null; start: causeway.v1.Start.$Shape; records?: null; snapshotChunk?: null; snapshotEnd?: null; snapshotAborted?: null; ack?: null; ping?: null; pong?: null; bye?: null; snapshotWanted?: null; packedRecords?: null }|{ body?: "records"; hello?: null; challenge?: null; proof?: null; welcome?: null; refused?: null; subscribe?: null; start?: null; records: causeway.v1.Records.$Shape; snapshotChunk?: null; snapshotEnd?: null; snapshotAborted?: null; ack?: null; ping?: null; pong?: null; bye?: null; snapshotWanted?: null; packedRecords?: null }|{ body?: "snapshotChunk"; hello?: null; challenge?: null; proof?: null; welcome?: null; refused?: null; subscribe?: null; start?: null; records?: null; snapshotChunk: causeway.v1.SnapshotChunk.$Shape; snapshotEnd?: null; snapshotAborted?: null; ack?: null; ping?: null; pong?: null; bye?: null; snapshotWanted?: null; packedRecords?: null }|{ body?: "snapshotEnd"; hello?: null; challenge?: null; proof?: null; welcome?: null; refused?: null; subscribe?: null; start?: null; records?: null; snapshotChunk?: null; snapshotEnd: causeway.v1.SnapshotEnd.$Shape; snapshotAborted?: null; ack?: null; ping?: null; pong?: null; bye?: null; snapshotWanted?: null; packedRecords?: null }|{ body?: "snapshotAborted"; hello?: null; challenge?: null; proof?: null; welcome?: null; refused?: null; subscribe?: null; start?: null; records?: null; snapshotChunk?: null; snapshotEnd?: null; snapshotAborted: causeway.v1.SnapshotAborted.$Shape; ack?: null; ping?: null; pong?: null; bye?: null; snapshotWanted?: null; packedRecords?: null }|{ body?: "ack"; hello?: null; challenge?: null; proof?: null; welcome?: null; refused?: null; subscribe?: null; start?: null; records?: null; snapshotChunk?: null; snapshotEnd?: null; snapshotAborted?: null; ack: causeway.v1.Ack.$Shape; ping?: null; pong?: null; bye?: null; snapshotWanted?: null; packedRecords?: null }|{ body?: "ping"; hello?: null; challenge?: null; proof?: null; welcome?: null; refused?: null; subscribe?: null; start?: null; records?: null; snapshotChunk?: null; snapshotEnd?: null; snapshotAborted?: null; ack?: null; ping: causeway.v1.Ping.$Shape; pong?: null; bye?: null; snapshotWanted?: null; packedRecords?: null }|{ body?: "pong"; hello?: null; challenge?: null; proof?: null; welcome?: null; refused?: null; subscribe?: null; start?: null; records?: null; snapshotChunk?: null; snapshotEnd?: null; snapshotAborted?: null; ack?: null; ping?: null; pong: causeway.v1.Pong.$Shape; bye?: null; snapshotWanted?: null; packedRecords?: null }|{ body?: "bye"; hello?: null; challenge?: null; proof?: null; welcome?: null; refused?: null; subscribe?: null; start?: null; records?: null; snapshotChunk?: null; snapshotEnd?: null; snapshotAborted?: null; ack?: null; ping?: null; pong?: null; bye: causeway.v1.Bye.$Shape; snapshotWanted?: null; packedRecords?: null }|{ body?: "snapshotWanted"; hello?: null; challenge?: null; proof?: null; welcome?: null; refused?: null; subscribe?: null; start?: null; records?: null; snapshotChunk?: null; snapshotEnd?: null; snapshotAborted?: null; ack?: null; ping?: null; pong?: null; bye?: null; snapshotWanted: causeway.v1.SnapshotWanted.$Shape; packedRecords?: null }|{ body?: "packedRecords"; hello?: null; challenge?: null; proof?: null; welcome?: null; refused?: null; subscribe?: null; start?: null; records?: null; snapshotChunk?: null; snapshotEnd?: null; snapshotAborted?: null; ack?: null; ping?: null; pong?: null; bye?: null; snapshotWanted?: null; packedRecords: causeway.v1.PackedRecords.$Shape })
             * )} causeway.v1.Frame.$Shape
             */

            /**
             * Constructs a new Frame.
             * @memberof causeway.v1
             * @classdesc Represents a Frame.
             * @constructor
             * @param {causeway.v1.Frame.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const Frame = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * Frame hello.
             * @member {causeway.v1.Hello|null} hello
             * @memberof causeway.v1.Frame
             * @instance
             */
            Frame.prototype.hello = null;

            /**
             * Frame challenge.
             * @member {causeway.v1.Challenge|null} challenge
             * @memberof causeway.v1.Frame
             * @instance
             */
            Frame.prototype.challenge = null;

            /**
             * Frame proof.
             * @member {causeway.v1.Proof|null} proof
             * @memberof causeway.v1.Frame
             * @instance
             */
            Frame.prototype.proof = null;

            /**
             * Frame welcome.
             * @member {causeway.v1.Welcome|null} welcome
             * @memberof causeway.v1.Frame
             * @instance
             */
            Frame.prototype.welcome = null;

            /**
             * Frame refused.
             * @member {causeway.v1.Refused|null} refused
             * @memberof causeway.v1.Frame
             * @instance
             */
            Frame.prototype.refused = null;

            /**
             * Frame subscribe.
             * @member {causeway.v1.Subscribe|null} subscribe
             * @memberof causeway.v1.Frame
             * @instance
             */
            Frame.prototype.subscribe = null;

            /**
             * Frame start.
             * @member {causeway.v1.Start|null} start
             * @memberof causeway.v1.Frame
             * @instance
             */
            Frame.prototype.start = null;

            /**
             * Frame records.
             * @member {causeway.v1.Records|null} records
             * @memberof causeway.v1.Frame
             * @instance
             */
            Frame.prototype.records = null;

            /**
             * Frame snapshotChunk.
             * @member {causeway.v1.SnapshotChunk|null} snapshotChunk
             * @memberof causeway.v1.Frame
             * @instance
             */
            Frame.prototype.snapshotChunk = null;

            /**
             * Frame snapshotEnd.
             * @member {causeway.v1.SnapshotEnd|null} snapshotEnd
             * @memberof causeway.v1.Frame
             * @instance
             */
            Frame.prototype.snapshotEnd = null;

            /**
             * Frame snapshotAborted.
             * @member {causeway.v1.SnapshotAborted|null} snapshotAborted
             * @memberof causeway.v1.Frame
             * @instance
             */
            Frame.prototype.snapshotAborted = null;

            /**
             * Frame ack.
             * @member {causeway.v1.Ack|null} ack
             * @memberof causeway.v1.Frame
             * @instance
             */
            Frame.prototype.ack = null;

            /**
             * Frame ping.
             * @member {causeway.v1.Ping|null} ping
             * @memberof causeway.v1.Frame
             * @instance
             */
            Frame.prototype.ping = null;

            /**
             * Frame pong.
             * @member {causeway.v1.Pong|null} pong
             * @memberof causeway.v1.Frame
             * @instance
             */
            Frame.prototype.pong = null;

            /**
             * Frame bye.
             * @member {causeway.v1.Bye|null} bye
             * @memberof causeway.v1.Frame
             * @instance
             */
            Frame.prototype.bye = null;

            /**
             * Frame snapshotWanted.
             * @member {causeway.v1.SnapshotWanted|null} snapshotWanted
             * @memberof causeway.v1.Frame
             * @instance
             */
            Frame.prototype.snapshotWanted = null;

            /**
             * Frame packedRecords.
             * @member {causeway.v1.PackedRecords|null} packedRecords
             * @memberof causeway.v1.Frame
             * @instance
             */
            Frame.prototype.packedRecords = null;

            // OneOf field names bound to virtual getters and setters
            let $oneOfFields;

            /**
             * Frame body.
             * @member {"hello"|"challenge"|"proof"|"welcome"|"refused"|"subscribe"|"start"|"records"|"snapshotChunk"|"snapshotEnd"|"snapshotAborted"|"ack"|"ping"|"pong"|"bye"|"snapshotWanted"|"packedRecords"|undefined} body
             * @memberof causeway.v1.Frame
             * @instance
             */
            $Object.defineProperty(Frame.prototype, "body", {
                get: $util.oneOfGetter($oneOfFields = ["hello", "challenge", "proof", "welcome", "refused", "subscribe", "start", "records", "snapshotChunk", "snapshotEnd", "snapshotAborted", "ack", "ping", "pong", "bye", "snapshotWanted", "packedRecords"]),
                set: $util.oneOfSetter($oneOfFields)
            });

            /**
             * Encodes the specified Frame message. Does not implicitly {@link causeway.v1.Frame.verify|verify} messages.
             * @function encode
             * @memberof causeway.v1.Frame
             * @static
             * @param {causeway.v1.Frame.$Properties} message Frame message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            Frame.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.hello != null && $Object.hasOwnProperty.call(message, "hello"))
                    $root.causeway.v1.Hello.encode(message.hello, writer.uint32(/* id 1, wireType 2 =*/10).fork(), _depth + 1).ldelim();
                if (message.challenge != null && $Object.hasOwnProperty.call(message, "challenge"))
                    $root.causeway.v1.Challenge.encode(message.challenge, writer.uint32(/* id 2, wireType 2 =*/18).fork(), _depth + 1).ldelim();
                if (message.proof != null && $Object.hasOwnProperty.call(message, "proof"))
                    $root.causeway.v1.Proof.encode(message.proof, writer.uint32(/* id 3, wireType 2 =*/26).fork(), _depth + 1).ldelim();
                if (message.welcome != null && $Object.hasOwnProperty.call(message, "welcome"))
                    $root.causeway.v1.Welcome.encode(message.welcome, writer.uint32(/* id 4, wireType 2 =*/34).fork(), _depth + 1).ldelim();
                if (message.refused != null && $Object.hasOwnProperty.call(message, "refused"))
                    $root.causeway.v1.Refused.encode(message.refused, writer.uint32(/* id 5, wireType 2 =*/42).fork(), _depth + 1).ldelim();
                if (message.subscribe != null && $Object.hasOwnProperty.call(message, "subscribe"))
                    $root.causeway.v1.Subscribe.encode(message.subscribe, writer.uint32(/* id 6, wireType 2 =*/50).fork(), _depth + 1).ldelim();
                if (message.start != null && $Object.hasOwnProperty.call(message, "start"))
                    $root.causeway.v1.Start.encode(message.start, writer.uint32(/* id 7, wireType 2 =*/58).fork(), _depth + 1).ldelim();
                if (message.records != null && $Object.hasOwnProperty.call(message, "records"))
                    $root.causeway.v1.Records.encode(message.records, writer.uint32(/* id 8, wireType 2 =*/66).fork(), _depth + 1).ldelim();
                if (message.snapshotChunk != null && $Object.hasOwnProperty.call(message, "snapshotChunk"))
                    $root.causeway.v1.SnapshotChunk.encode(message.snapshotChunk, writer.uint32(/* id 9, wireType 2 =*/74).fork(), _depth + 1).ldelim();
                if (message.snapshotEnd != null && $Object.hasOwnProperty.call(message, "snapshotEnd"))
                    $root.causeway.v1.SnapshotEnd.encode(message.snapshotEnd, writer.uint32(/* id 10, wireType 2 =*/82).fork(), _depth + 1).ldelim();
                if (message.snapshotAborted != null && $Object.hasOwnProperty.call(message, "snapshotAborted"))
                    $root.causeway.v1.SnapshotAborted.encode(message.snapshotAborted, writer.uint32(/* id 11, wireType 2 =*/90).fork(), _depth + 1).ldelim();
                if (message.ack != null && $Object.hasOwnProperty.call(message, "ack"))
                    $root.causeway.v1.Ack.encode(message.ack, writer.uint32(/* id 12, wireType 2 =*/98).fork(), _depth + 1).ldelim();
                if (message.ping != null && $Object.hasOwnProperty.call(message, "ping"))
                    $root.causeway.v1.Ping.encode(message.ping, writer.uint32(/* id 13, wireType 2 =*/106).fork(), _depth + 1).ldelim();
                if (message.pong != null && $Object.hasOwnProperty.call(message, "pong"))
                    $root.causeway.v1.Pong.encode(message.pong, writer.uint32(/* id 14, wireType 2 =*/114).fork(), _depth + 1).ldelim();
                if (message.bye != null && $Object.hasOwnProperty.call(message, "bye"))
                    $root.causeway.v1.Bye.encode(message.bye, writer.uint32(/* id 15, wireType 2 =*/122).fork(), _depth + 1).ldelim();
                if (message.snapshotWanted != null && $Object.hasOwnProperty.call(message, "snapshotWanted"))
                    $root.causeway.v1.SnapshotWanted.encode(message.snapshotWanted, writer.uint32(/* id 16, wireType 2 =*/130).fork(), _depth + 1).ldelim();
                if (message.packedRecords != null && $Object.hasOwnProperty.call(message, "packedRecords"))
                    $root.causeway.v1.PackedRecords.encode(message.packedRecords, writer.uint32(/* id 17, wireType 2 =*/138).fork(), _depth + 1).ldelim();
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a Frame message from the specified reader or buffer.
             * @function decode
             * @memberof causeway.v1.Frame
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {causeway.v1.Frame & causeway.v1.Frame.$Shape} Frame
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            Frame.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.causeway.v1.Frame();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            message.hello = $root.causeway.v1.Hello.decode(reader, reader.size(), $undefined, _depth + 1, message.hello);
                            message.body = "hello";
                            continue;
                        }
                    case 2: {
                            if (wireType !== 2)
                                break;
                            message.challenge = $root.causeway.v1.Challenge.decode(reader, reader.size(), $undefined, _depth + 1, message.challenge);
                            message.body = "challenge";
                            continue;
                        }
                    case 3: {
                            if (wireType !== 2)
                                break;
                            message.proof = $root.causeway.v1.Proof.decode(reader, reader.size(), $undefined, _depth + 1, message.proof);
                            message.body = "proof";
                            continue;
                        }
                    case 4: {
                            if (wireType !== 2)
                                break;
                            message.welcome = $root.causeway.v1.Welcome.decode(reader, reader.size(), $undefined, _depth + 1, message.welcome);
                            message.body = "welcome";
                            continue;
                        }
                    case 5: {
                            if (wireType !== 2)
                                break;
                            message.refused = $root.causeway.v1.Refused.decode(reader, reader.size(), $undefined, _depth + 1, message.refused);
                            message.body = "refused";
                            continue;
                        }
                    case 6: {
                            if (wireType !== 2)
                                break;
                            message.subscribe = $root.causeway.v1.Subscribe.decode(reader, reader.size(), $undefined, _depth + 1, message.subscribe);
                            message.body = "subscribe";
                            continue;
                        }
                    case 7: {
                            if (wireType !== 2)
                                break;
                            message.start = $root.causeway.v1.Start.decode(reader, reader.size(), $undefined, _depth + 1, message.start);
                            message.body = "start";
                            continue;
                        }
                    case 8: {
                            if (wireType !== 2)
                                break;
                            message.records = $root.causeway.v1.Records.decode(reader, reader.size(), $undefined, _depth + 1, message.records);
                            message.body = "records";
                            continue;
                        }
                    case 9: {
                            if (wireType !== 2)
                                break;
                            message.snapshotChunk = $root.causeway.v1.SnapshotChunk.decode(reader, reader.size(), $undefined, _depth + 1, message.snapshotChunk);
                            message.body = "snapshotChunk";
                            continue;
                        }
                    case 10: {
                            if (wireType !== 2)
                                break;
                            message.snapshotEnd = $root.causeway.v1.SnapshotEnd.decode(reader, reader.size(), $undefined, _depth + 1, message.snapshotEnd);
                            message.body = "snapshotEnd";
                            continue;
                        }
                    case 11: {
                            if (wireType !== 2)
                                break;
                            message.snapshotAborted = $root.causeway.v1.SnapshotAborted.decode(reader, reader.size(), $undefined, _depth + 1, message.snapshotAborted);
                            message.body = "snapshotAborted";
                            continue;
                        }
                    case 12: {
                            if (wireType !== 2)
                                break;
                            message.ack = $root.causeway.v1.Ack.decode(reader, reader.size(), $undefined, _depth + 1, message.ack);
                            message.body = "ack";
                            continue;
                        }
                    case 13: {
                            if (wireType !== 2)
                                break;
                            message.ping = $root.causeway.v1.Ping.decode(reader, reader.size(), $undefined, _depth + 1, message.ping);
                            message.body = "ping";
                            continue;
                        }
                    case 14: {
                            if (wireType !== 2)
                                break;
                            message.pong = $root.causeway.v1.Pong.decode(reader, reader.size(), $undefined, _depth + 1, message.pong);
                            message.body = "pong";
                            continue;
                        }
                    case 15: {
                            if (wireType !== 2)
                                break;
                            message.bye = $root.causeway.v1.Bye.decode(reader, reader.size(), $undefined, _depth + 1, message.bye);
                            message.body = "bye";
                            continue;
                        }
                    case 16: {
                            if (wireType !== 2)
                                break;
                            message.snapshotWanted = $root.causeway.v1.SnapshotWanted.decode(reader, reader.size(), $undefined, _depth + 1, message.snapshotWanted);
                            message.body = "snapshotWanted";
                            continue;
                        }
                    case 17: {
                            if (wireType !== 2)
                                break;
                            message.packedRecords = $root.causeway.v1.PackedRecords.decode(reader, reader.size(), $undefined, _depth + 1, message.packedRecords);
                            message.body = "packedRecords";
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return Frame;
        })();

        v1.Hello = (function() {

            /**
             * Properties of a Hello.
             * @typedef {Object} causeway.v1.Hello.$Properties
             * @property {number} [version] Hello version
             * @property {string} [region] Hello region
             * @property {string} [expectedRegion] Hello expectedRegion
             * @property {Uint8Array} [nonce] Hello nonce
             * @property {Uint8Array} [topologyDigest] Hello topologyDigest
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a Hello.
             * @memberof causeway.v1
             * @interface IHello
             * @augments causeway.v1.Hello.$Properties
             * @deprecated Use causeway.v1.Hello.$Properties instead.
             */

            /**
             * Shape of a Hello.
             * @typedef {causeway.v1.Hello.$Properties} causeway.v1.Hello.$Shape
             */

            /**
             * Constructs a new Hello.
             * @memberof causeway.v1
             * @classdesc Represents a Hello.
             * @constructor
             * @param {causeway.v1.Hello.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const Hello = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * Hello version.
             * @member {number} version
             * @memberof causeway.v1.Hello
             * @instance
             */
            Hello.prototype.version = 0;

            /**
             * Hello region.
             * @member {string} region
             * @memberof causeway.v1.Hello
             * @instance
             */
            Hello.prototype.region = "";

            /**
             * Hello expectedRegion.
             * @member {string} expectedRegion
             * @memberof causeway.v1.Hello
             * @instance
             */
            Hello.prototype.expectedRegion = "";

            /**
             * Hello nonce.
             * @member {Uint8Array} nonce
             * @memberof causeway.v1.Hello
             * @instance
             */
            Hello.prototype.nonce = $util.newBuffer([]);

            /**
             * Hello topologyDigest.
             * @member {Uint8Array} topologyDigest
             * @memberof causeway.v1.Hello
             * @instance
             */
            Hello.prototype.topologyDigest = $util.newBuffer([]);

            /**
             * Encodes the specified Hello message. Does not implicitly {@link causeway.v1.Hello.verify|verify} messages.
             * @function encode
             * @memberof causeway.v1.Hello
             * @static
             * @param {causeway.v1.Hello.$Properties} message Hello message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            Hello.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.version != null && $Object.hasOwnProperty.call(message, "version") && message.version !== 0)
                    writer.uint32(/* id 1, wireType 0 =*/8).uint32(message.version);
                if (message.region != null && $Object.hasOwnProperty.call(message, "region") && message.region !== "")
                    writer.uint32(/* id 2, wireType 2 =*/18).string(message.region);
                if (message.expectedRegion != null && $Object.hasOwnProperty.call(message, "expectedRegion") && message.expectedRegion !== "")
                    writer.uint32(/* id 3, wireType 2 =*/26).string(message.expectedRegion);
                if (message.nonce != null && $Object.hasOwnProperty.call(message, "nonce") && message.nonce.length)
                    writer.uint32(/* id 4, wireType 2 =*/34).bytes(message.nonce);
                if (message.topologyDigest != null && $Object.hasOwnProperty.call(message, "topologyDigest") && message.topologyDigest.length)
                    writer.uint32(/* id 5, wireType 2 =*/42).bytes(message.topologyDigest);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a Hello message from the specified reader or buffer.
             * @function decode
             * @memberof causeway.v1.Hello
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {causeway.v1.Hello & causeway.v1.Hello.$Shape} Hello
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            Hello.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.causeway.v1.Hello();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.version = value;
                            else
                                delete message.version;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.region = value;
                            else
                                delete message.region;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.expectedRegion = value;
                            else
                                delete message.expectedRegion;
                            continue;
                        }
                    case 4: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.nonce = value;
                            else
                                delete message.nonce;
                            continue;
                        }
                    case 5: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.topologyDigest = value;
                            else
                                delete message.topologyDigest;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return Hello;
        })();

        v1.Challenge = (function() {

            /**
             * Properties of a Challenge.
             * @typedef {Object} causeway.v1.Challenge.$Properties
             * @property {Uint8Array} [nonce] Challenge nonce
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a Challenge.
             * @memberof causeway.v1
             * @interface IChallenge
             * @augments causeway.v1.Challenge.$Properties
             * @deprecated Use causeway.v1.Challenge.$Properties instead.
             */

            /**
             * Shape of a Challenge.
             * @typedef {causeway.v1.Challenge.$Properties} causeway.v1.Challenge.$Shape
             */

            /**
             * Constructs a new Challenge.
             * @memberof causeway.v1
             * @classdesc Represents a Challenge.
             * @constructor
             * @param {causeway.v1.Challenge.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const Challenge = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * Challenge nonce.
             * @member {Uint8Array} nonce
             * @memberof causeway.v1.Challenge
             * @instance
             */
            Challenge.prototype.nonce = $util.newBuffer([]);

            /**
             * Encodes the specified Challenge message. Does not implicitly {@link causeway.v1.Challenge.verify|verify} messages.
             * @function encode
             * @memberof causeway.v1.Challenge
             * @static
             * @param {causeway.v1.Challenge.$Properties} message Challenge message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            Challenge.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.nonce != null && $Object.hasOwnProperty.call(message, "nonce") && message.nonce.length)
                    writer.uint32(/* id 1, wireType 2 =*/10).bytes(message.nonce);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a Challenge message from the specified reader or buffer.
             * @function decode
             * @memberof causeway.v1.Challenge
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {causeway.v1.Challenge & causeway.v1.Challenge.$Shape} Challenge
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            Challenge.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.causeway.v1.Challenge();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.nonce = value;
                            else
                                delete message.nonce;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return Challenge;
        })();

        v1.Proof = (function() {

            /**
             * Properties of a Proof.
             * @typedef {Object} causeway.v1.Proof.$Properties
             * @property {Uint8Array} [mac] Proof mac
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a Proof.
             * @memberof causeway.v1
             * @interface IProof
             * @augments causeway.v1.Proof.$Properties
             * @deprecated Use causeway.v1.Proof.$Properties instead.
             */

            /**
             * Shape of a Proof.
             * @typedef {causeway.v1.Proof.$Properties} causeway.v1.Proof.$Shape
             */

            /**
             * Constructs a new Proof.
             * @memberof causeway.v1
             * @classdesc Represents a Proof.
             * @constructor
             * @param {causeway.v1.Proof.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const Proof = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * Proof mac.
             * @member {Uint8Array} mac
             * @memberof causeway.v1.Proof
             * @instance
             */
            Proof.prototype.mac = $util.newBuffer([]);

            /**
             * Encodes the specified Proof message. Does not implicitly {@link causeway.v1.Proof.verify|verify} messages.
             * @function encode
             * @memberof causeway.v1.Proof
             * @static
             * @param {causeway.v1.Proof.$Properties} message Proof message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            Proof.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.mac != null && $Object.hasOwnProperty.call(message, "mac") && message.mac.length)
                    writer.uint32(/* id 1, wireType 2 =*/10).bytes(message.mac);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a Proof message from the specified reader or buffer.
             * @function decode
             * @memberof causeway.v1.Proof
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {causeway.v1.Proof & causeway.v1.Proof.$Shape} Proof
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            Proof.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.causeway.v1.Proof();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.mac = value;
                            else
                                delete message.mac;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return Proof;
        })();

        v1.Welcome = (function() {

            /**
             * Properties of a Welcome.
             * @typedef {Object} causeway.v1.Welcome.$Properties
             * @property {Uint8Array} [mac] Welcome mac
             * @property {Uint8Array} [topologyDigest] Welcome topologyDigest
             * @property {Array.<string>} [capabilities] Welcome capabilities
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a Welcome.
             * @memberof causeway.v1
             * @interface IWelcome
             * @augments causeway.v1.Welcome.$Properties
             * @deprecated Use causeway.v1.Welcome.$Properties instead.
             */

            /**
             * Shape of a Welcome.
             * @typedef {causeway.v1.Welcome.$Properties} causeway.v1.Welcome.$Shape
             */

            /**
             * Constructs a new Welcome.
             * @memberof causeway.v1
             * @classdesc Represents a Welcome.
             * @constructor
             * @param {causeway.v1.Welcome.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const Welcome = function (properties) {
                this.capabilities = [];
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * Welcome mac.
             * @member {Uint8Array} mac
             * @memberof causeway.v1.Welcome
             * @instance
             */
            Welcome.prototype.mac = $util.newBuffer([]);

            /**
             * Welcome topologyDigest.
             * @member {Uint8Array} topologyDigest
             * @memberof causeway.v1.Welcome
             * @instance
             */
            Welcome.prototype.topologyDigest = $util.newBuffer([]);

            /**
             * Welcome capabilities.
             * @member {Array.<string>} capabilities
             * @memberof causeway.v1.Welcome
             * @instance
             */
            Welcome.prototype.capabilities = $util.emptyArray;

            /**
             * Encodes the specified Welcome message. Does not implicitly {@link causeway.v1.Welcome.verify|verify} messages.
             * @function encode
             * @memberof causeway.v1.Welcome
             * @static
             * @param {causeway.v1.Welcome.$Properties} message Welcome message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            Welcome.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.mac != null && $Object.hasOwnProperty.call(message, "mac") && message.mac.length)
                    writer.uint32(/* id 1, wireType 2 =*/10).bytes(message.mac);
                if (message.topologyDigest != null && $Object.hasOwnProperty.call(message, "topologyDigest") && message.topologyDigest.length)
                    writer.uint32(/* id 2, wireType 2 =*/18).bytes(message.topologyDigest);
                if (message.capabilities != null && message.capabilities.length)
                    for (let i = 0; i < message.capabilities.length; ++i)
                        writer.uint32(/* id 3, wireType 2 =*/26).string(message.capabilities[i]);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a Welcome message from the specified reader or buffer.
             * @function decode
             * @memberof causeway.v1.Welcome
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {causeway.v1.Welcome & causeway.v1.Welcome.$Shape} Welcome
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            Welcome.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.causeway.v1.Welcome();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.mac = value;
                            else
                                delete message.mac;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.topologyDigest = value;
                            else
                                delete message.topologyDigest;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 2)
                                break;
                            if (!(message.capabilities && message.capabilities.length))
                                message.capabilities = [];
                            message.capabilities.push(reader.stringVerify());
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return Welcome;
        })();

        /**
         * RefusalCode enum.
         * @name causeway.v1.RefusalCode
         * @enum {number}
         * @property {number} REFUSAL_UNSPECIFIED=0 REFUSAL_UNSPECIFIED value
         * @property {number} VERSION=1 VERSION value
         * @property {number} SECRET=2 SECRET value
         * @property {number} CERTIFICATE=3 CERTIFICATE value
         * @property {number} NOT_IN_TOPOLOGY=4 NOT_IN_TOPOLOGY value
         * @property {number} WRONG_REGION=5 WRONG_REGION value
         * @property {number} STREAM_NOT_GIVEN=6 STREAM_NOT_GIVEN value
         * @property {number} BUSY=7 BUSY value
         * @property {number} MALFORMED=8 MALFORMED value
         * @property {number} SUPERSEDED=9 SUPERSEDED value
         */
        v1.RefusalCode = (function() {
            const valuesById = $Object.create(null), values = $Object.create(valuesById);
            values[valuesById[0] = "REFUSAL_UNSPECIFIED"] = 0;
            values[valuesById[1] = "VERSION"] = 1;
            values[valuesById[2] = "SECRET"] = 2;
            values[valuesById[3] = "CERTIFICATE"] = 3;
            values[valuesById[4] = "NOT_IN_TOPOLOGY"] = 4;
            values[valuesById[5] = "WRONG_REGION"] = 5;
            values[valuesById[6] = "STREAM_NOT_GIVEN"] = 6;
            values[valuesById[7] = "BUSY"] = 7;
            values[valuesById[8] = "MALFORMED"] = 8;
            values[valuesById[9] = "SUPERSEDED"] = 9;
            return values;
        })();

        v1.Refused = (function() {

            /**
             * Properties of a Refused.
             * @typedef {Object} causeway.v1.Refused.$Properties
             * @property {causeway.v1.RefusalCode} [code] Refused code
             * @property {string} [message] Refused message
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a Refused.
             * @memberof causeway.v1
             * @interface IRefused
             * @augments causeway.v1.Refused.$Properties
             * @deprecated Use causeway.v1.Refused.$Properties instead.
             */

            /**
             * Shape of a Refused.
             * @typedef {causeway.v1.Refused.$Properties} causeway.v1.Refused.$Shape
             */

            /**
             * Constructs a new Refused.
             * @memberof causeway.v1
             * @classdesc Represents a Refused.
             * @constructor
             * @param {causeway.v1.Refused.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const Refused = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * Refused code.
             * @member {causeway.v1.RefusalCode} code
             * @memberof causeway.v1.Refused
             * @instance
             */
            Refused.prototype.code = 0;

            /**
             * Refused message.
             * @member {string} message
             * @memberof causeway.v1.Refused
             * @instance
             */
            Refused.prototype.message = "";

            /**
             * Encodes the specified Refused message. Does not implicitly {@link causeway.v1.Refused.verify|verify} messages.
             * @function encode
             * @memberof causeway.v1.Refused
             * @static
             * @param {causeway.v1.Refused.$Properties} message Refused message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            Refused.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.code != null && $Object.hasOwnProperty.call(message, "code") && message.code !== 0)
                    writer.uint32(/* id 1, wireType 0 =*/8).int32(message.code);
                if (message.message != null && $Object.hasOwnProperty.call(message, "message") && message.message !== "")
                    writer.uint32(/* id 2, wireType 2 =*/18).string(message.message);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a Refused message from the specified reader or buffer.
             * @function decode
             * @memberof causeway.v1.Refused
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {causeway.v1.Refused & causeway.v1.Refused.$Shape} Refused
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            Refused.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.causeway.v1.Refused();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.int32())
                                message.code = value;
                            else
                                delete message.code;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.message = value;
                            else
                                delete message.message;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return Refused;
        })();

        v1.Held = (function() {

            /**
             * Properties of a Held.
             * @typedef {Object} causeway.v1.Held.$Properties
             * @property {string} [history] Held history
             * @property {number|Long} [offset] Held offset
             * @property {Uint8Array} [replid] Held replid
             * @property {causeway.v1.HeldSnapshot.$Properties|null} [snapshot] Held snapshot
             * @property {causeway.v1.HeldSnapshot.$Properties|null} [beside] Held beside
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a Held.
             * @memberof causeway.v1
             * @interface IHeld
             * @augments causeway.v1.Held.$Properties
             * @deprecated Use causeway.v1.Held.$Properties instead.
             */

            /**
             * Shape of a Held.
             * @typedef {causeway.v1.Held.$Properties} causeway.v1.Held.$Shape
             */

            /**
             * Constructs a new Held.
             * @memberof causeway.v1
             * @classdesc Represents a Held.
             * @constructor
             * @param {causeway.v1.Held.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const Held = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * Held history.
             * @member {string} history
             * @memberof causeway.v1.Held
             * @instance
             */
            Held.prototype.history = "";

            /**
             * Held offset.
             * @member {number|Long} offset
             * @memberof causeway.v1.Held
             * @instance
             */
            Held.prototype.offset = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * Held replid.
             * @member {Uint8Array} replid
             * @memberof causeway.v1.Held
             * @instance
             */
            Held.prototype.replid = $util.newBuffer([]);

            /**
             * Held snapshot.
             * @member {causeway.v1.HeldSnapshot|null} snapshot
             * @memberof causeway.v1.Held
             * @instance
             */
            Held.prototype.snapshot = null;

            /**
             * Held beside.
             * @member {causeway.v1.HeldSnapshot|null} beside
             * @memberof causeway.v1.Held
             * @instance
             */
            Held.prototype.beside = null;

            // OneOf field names bound to virtual getters and setters
            let $oneOfFields;

            // Virtual OneOf for proto3 optional field
            $Object.defineProperty(Held.prototype, "_snapshot", {
                get: $util.oneOfGetter($oneOfFields = ["snapshot"]),
                set: $util.oneOfSetter($oneOfFields)
            });

            // Virtual OneOf for proto3 optional field
            $Object.defineProperty(Held.prototype, "_beside", {
                get: $util.oneOfGetter($oneOfFields = ["beside"]),
                set: $util.oneOfSetter($oneOfFields)
            });

            /**
             * Encodes the specified Held message. Does not implicitly {@link causeway.v1.Held.verify|verify} messages.
             * @function encode
             * @memberof causeway.v1.Held
             * @static
             * @param {causeway.v1.Held.$Properties} message Held message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            Held.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.history != null && $Object.hasOwnProperty.call(message, "history") && message.history !== "")
                    writer.uint32(/* id 1, wireType 2 =*/10).string(message.history);
                if (message.offset != null && $Object.hasOwnProperty.call(message, "offset") && (typeof message.offset === "object" ? message.offset.low || message.offset.high : message.offset !== 0))
                    writer.uint32(/* id 2, wireType 0 =*/16).uint64(message.offset);
                if (message.replid != null && $Object.hasOwnProperty.call(message, "replid") && message.replid.length)
                    writer.uint32(/* id 3, wireType 2 =*/26).bytes(message.replid);
                if (message.snapshot != null && $Object.hasOwnProperty.call(message, "snapshot"))
                    $root.causeway.v1.HeldSnapshot.encode(message.snapshot, writer.uint32(/* id 4, wireType 2 =*/34).fork(), _depth + 1).ldelim();
                if (message.beside != null && $Object.hasOwnProperty.call(message, "beside"))
                    $root.causeway.v1.HeldSnapshot.encode(message.beside, writer.uint32(/* id 5, wireType 2 =*/42).fork(), _depth + 1).ldelim();
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a Held message from the specified reader or buffer.
             * @function decode
             * @memberof causeway.v1.Held
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {causeway.v1.Held & causeway.v1.Held.$Shape} Held
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            Held.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.causeway.v1.Held();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.history = value;
                            else
                                delete message.history;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.offset = value;
                            else
                                delete message.offset;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.replid = value;
                            else
                                delete message.replid;
                            continue;
                        }
                    case 4: {
                            if (wireType !== 2)
                                break;
                            message.snapshot = $root.causeway.v1.HeldSnapshot.decode(reader, reader.size(), $undefined, _depth + 1, message.snapshot);
                            message._snapshot = "snapshot";
                            continue;
                        }
                    case 5: {
                            if (wireType !== 2)
                                break;
                            message.beside = $root.causeway.v1.HeldSnapshot.decode(reader, reader.size(), $undefined, _depth + 1, message.beside);
                            message._beside = "beside";
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return Held;
        })();

        v1.HeldSnapshot = (function() {

            /**
             * Properties of a HeldSnapshot.
             * @typedef {Object} causeway.v1.HeldSnapshot.$Properties
             * @property {string} [id] HeldSnapshot id
             * @property {number} [chunks] HeldSnapshot chunks
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a HeldSnapshot.
             * @memberof causeway.v1
             * @interface IHeldSnapshot
             * @augments causeway.v1.HeldSnapshot.$Properties
             * @deprecated Use causeway.v1.HeldSnapshot.$Properties instead.
             */

            /**
             * Shape of a HeldSnapshot.
             * @typedef {causeway.v1.HeldSnapshot.$Properties} causeway.v1.HeldSnapshot.$Shape
             */

            /**
             * Constructs a new HeldSnapshot.
             * @memberof causeway.v1
             * @classdesc Represents a HeldSnapshot.
             * @constructor
             * @param {causeway.v1.HeldSnapshot.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const HeldSnapshot = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * HeldSnapshot id.
             * @member {string} id
             * @memberof causeway.v1.HeldSnapshot
             * @instance
             */
            HeldSnapshot.prototype.id = "";

            /**
             * HeldSnapshot chunks.
             * @member {number} chunks
             * @memberof causeway.v1.HeldSnapshot
             * @instance
             */
            HeldSnapshot.prototype.chunks = 0;

            /**
             * Encodes the specified HeldSnapshot message. Does not implicitly {@link causeway.v1.HeldSnapshot.verify|verify} messages.
             * @function encode
             * @memberof causeway.v1.HeldSnapshot
             * @static
             * @param {causeway.v1.HeldSnapshot.$Properties} message HeldSnapshot message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            HeldSnapshot.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.id != null && $Object.hasOwnProperty.call(message, "id") && message.id !== "")
                    writer.uint32(/* id 1, wireType 2 =*/10).string(message.id);
                if (message.chunks != null && $Object.hasOwnProperty.call(message, "chunks") && message.chunks !== 0)
                    writer.uint32(/* id 2, wireType 0 =*/16).uint32(message.chunks);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a HeldSnapshot message from the specified reader or buffer.
             * @function decode
             * @memberof causeway.v1.HeldSnapshot
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {causeway.v1.HeldSnapshot & causeway.v1.HeldSnapshot.$Shape} HeldSnapshot
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            HeldSnapshot.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.causeway.v1.HeldSnapshot();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.id = value;
                            else
                                delete message.id;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.chunks = value;
                            else
                                delete message.chunks;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return HeldSnapshot;
        })();

        v1.Subscribe = (function() {

            /**
             * Properties of a Subscribe.
             * @typedef {Object} causeway.v1.Subscribe.$Properties
             * @property {string} [stream] Subscribe stream
             * @property {Array.<causeway.v1.Held.$Properties>} [held] Subscribe held
             * @property {number|Long} [windowBytes] Subscribe windowBytes
             * @property {Array.<string>} [codecs] Subscribe codecs
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a Subscribe.
             * @memberof causeway.v1
             * @interface ISubscribe
             * @augments causeway.v1.Subscribe.$Properties
             * @deprecated Use causeway.v1.Subscribe.$Properties instead.
             */

            /**
             * Shape of a Subscribe.
             * @typedef {causeway.v1.Subscribe.$Properties} causeway.v1.Subscribe.$Shape
             */

            /**
             * Constructs a new Subscribe.
             * @memberof causeway.v1
             * @classdesc Represents a Subscribe.
             * @constructor
             * @param {causeway.v1.Subscribe.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const Subscribe = function (properties) {
                this.held = [];
                this.codecs = [];
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * Subscribe stream.
             * @member {string} stream
             * @memberof causeway.v1.Subscribe
             * @instance
             */
            Subscribe.prototype.stream = "";

            /**
             * Subscribe held.
             * @member {Array.<causeway.v1.Held>} held
             * @memberof causeway.v1.Subscribe
             * @instance
             */
            Subscribe.prototype.held = $util.emptyArray;

            /**
             * Subscribe windowBytes.
             * @member {number|Long} windowBytes
             * @memberof causeway.v1.Subscribe
             * @instance
             */
            Subscribe.prototype.windowBytes = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * Subscribe codecs.
             * @member {Array.<string>} codecs
             * @memberof causeway.v1.Subscribe
             * @instance
             */
            Subscribe.prototype.codecs = $util.emptyArray;

            /**
             * Encodes the specified Subscribe message. Does not implicitly {@link causeway.v1.Subscribe.verify|verify} messages.
             * @function encode
             * @memberof causeway.v1.Subscribe
             * @static
             * @param {causeway.v1.Subscribe.$Properties} message Subscribe message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            Subscribe.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.stream != null && $Object.hasOwnProperty.call(message, "stream") && message.stream !== "")
                    writer.uint32(/* id 1, wireType 2 =*/10).string(message.stream);
                if (message.held != null && message.held.length)
                    for (let i = 0; i < message.held.length; ++i)
                        $root.causeway.v1.Held.encode(message.held[i], writer.uint32(/* id 2, wireType 2 =*/18).fork(), _depth + 1).ldelim();
                if (message.windowBytes != null && $Object.hasOwnProperty.call(message, "windowBytes") && (typeof message.windowBytes === "object" ? message.windowBytes.low || message.windowBytes.high : message.windowBytes !== 0))
                    writer.uint32(/* id 3, wireType 0 =*/24).uint64(message.windowBytes);
                if (message.codecs != null && message.codecs.length)
                    for (let i = 0; i < message.codecs.length; ++i)
                        writer.uint32(/* id 4, wireType 2 =*/34).string(message.codecs[i]);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a Subscribe message from the specified reader or buffer.
             * @function decode
             * @memberof causeway.v1.Subscribe
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {causeway.v1.Subscribe & causeway.v1.Subscribe.$Shape} Subscribe
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            Subscribe.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.causeway.v1.Subscribe();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.stream = value;
                            else
                                delete message.stream;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 2)
                                break;
                            if (!(message.held && message.held.length))
                                message.held = [];
                            message.held.push($root.causeway.v1.Held.decode(reader, reader.size(), $undefined, _depth + 1));
                            continue;
                        }
                    case 3: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.windowBytes = value;
                            else
                                delete message.windowBytes;
                            continue;
                        }
                    case 4: {
                            if (wireType !== 2)
                                break;
                            if (!(message.codecs && message.codecs.length))
                                message.codecs = [];
                            message.codecs.push(reader.stringVerify());
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return Subscribe;
        })();

        v1.Mark = (function() {

            /**
             * Properties of a Mark.
             * @typedef {Object} causeway.v1.Mark.$Properties
             * @property {number|Long} [offset] Mark offset
             * @property {number} [atMs] Mark atMs
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a Mark.
             * @memberof causeway.v1
             * @interface IMark
             * @augments causeway.v1.Mark.$Properties
             * @deprecated Use causeway.v1.Mark.$Properties instead.
             */

            /**
             * Shape of a Mark.
             * @typedef {causeway.v1.Mark.$Properties} causeway.v1.Mark.$Shape
             */

            /**
             * Constructs a new Mark.
             * @memberof causeway.v1
             * @classdesc Represents a Mark.
             * @constructor
             * @param {causeway.v1.Mark.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const Mark = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * Mark offset.
             * @member {number|Long} offset
             * @memberof causeway.v1.Mark
             * @instance
             */
            Mark.prototype.offset = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * Mark atMs.
             * @member {number} atMs
             * @memberof causeway.v1.Mark
             * @instance
             */
            Mark.prototype.atMs = 0;

            /**
             * Encodes the specified Mark message. Does not implicitly {@link causeway.v1.Mark.verify|verify} messages.
             * @function encode
             * @memberof causeway.v1.Mark
             * @static
             * @param {causeway.v1.Mark.$Properties} message Mark message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            Mark.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.offset != null && $Object.hasOwnProperty.call(message, "offset") && (typeof message.offset === "object" ? message.offset.low || message.offset.high : message.offset !== 0))
                    writer.uint32(/* id 1, wireType 0 =*/8).uint64(message.offset);
                if (message.atMs != null && $Object.hasOwnProperty.call(message, "atMs") && !$Object.is(message.atMs, 0))
                    writer.uint32(/* id 2, wireType 1 =*/17).double(message.atMs);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a Mark message from the specified reader or buffer.
             * @function decode
             * @memberof causeway.v1.Mark
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {causeway.v1.Mark & causeway.v1.Mark.$Shape} Mark
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            Mark.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.causeway.v1.Mark();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.offset = value;
                            else
                                delete message.offset;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 1)
                                break;
                            if (!$Object.is(value = reader.double(), 0))
                                message.atMs = value;
                            else
                                delete message.atMs;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return Mark;
        })();

        v1.Ack = (function() {

            /**
             * Properties of an Ack.
             * @typedef {Object} causeway.v1.Ack.$Properties
             * @property {string} [stream] Ack stream
             * @property {string} [history] Ack history
             * @property {causeway.v1.Mark.$Properties|null} [received] Ack received
             * @property {causeway.v1.Mark.$Properties|null} [durable] Ack durable
             * @property {causeway.v1.Mark.$Properties|null} [applied] Ack applied
             * @property {number|Long} [consumedBytes] Ack consumedBytes
             * @property {Array.<causeway.v1.BehindAck.$Properties>} [behind] Ack behind
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of an Ack.
             * @memberof causeway.v1
             * @interface IAck
             * @augments causeway.v1.Ack.$Properties
             * @deprecated Use causeway.v1.Ack.$Properties instead.
             */

            /**
             * Shape of an Ack.
             * @typedef {causeway.v1.Ack.$Properties} causeway.v1.Ack.$Shape
             */

            /**
             * Constructs a new Ack.
             * @memberof causeway.v1
             * @classdesc Represents an Ack.
             * @constructor
             * @param {causeway.v1.Ack.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const Ack = function (properties) {
                this.behind = [];
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * Ack stream.
             * @member {string} stream
             * @memberof causeway.v1.Ack
             * @instance
             */
            Ack.prototype.stream = "";

            /**
             * Ack history.
             * @member {string} history
             * @memberof causeway.v1.Ack
             * @instance
             */
            Ack.prototype.history = "";

            /**
             * Ack received.
             * @member {causeway.v1.Mark|null} received
             * @memberof causeway.v1.Ack
             * @instance
             */
            Ack.prototype.received = null;

            /**
             * Ack durable.
             * @member {causeway.v1.Mark|null} durable
             * @memberof causeway.v1.Ack
             * @instance
             */
            Ack.prototype.durable = null;

            /**
             * Ack applied.
             * @member {causeway.v1.Mark|null} applied
             * @memberof causeway.v1.Ack
             * @instance
             */
            Ack.prototype.applied = null;

            /**
             * Ack consumedBytes.
             * @member {number|Long} consumedBytes
             * @memberof causeway.v1.Ack
             * @instance
             */
            Ack.prototype.consumedBytes = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * Ack behind.
             * @member {Array.<causeway.v1.BehindAck>} behind
             * @memberof causeway.v1.Ack
             * @instance
             */
            Ack.prototype.behind = $util.emptyArray;

            // OneOf field names bound to virtual getters and setters
            let $oneOfFields;

            // Virtual OneOf for proto3 optional field
            $Object.defineProperty(Ack.prototype, "_received", {
                get: $util.oneOfGetter($oneOfFields = ["received"]),
                set: $util.oneOfSetter($oneOfFields)
            });

            // Virtual OneOf for proto3 optional field
            $Object.defineProperty(Ack.prototype, "_durable", {
                get: $util.oneOfGetter($oneOfFields = ["durable"]),
                set: $util.oneOfSetter($oneOfFields)
            });

            // Virtual OneOf for proto3 optional field
            $Object.defineProperty(Ack.prototype, "_applied", {
                get: $util.oneOfGetter($oneOfFields = ["applied"]),
                set: $util.oneOfSetter($oneOfFields)
            });

            /**
             * Encodes the specified Ack message. Does not implicitly {@link causeway.v1.Ack.verify|verify} messages.
             * @function encode
             * @memberof causeway.v1.Ack
             * @static
             * @param {causeway.v1.Ack.$Properties} message Ack message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            Ack.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.stream != null && $Object.hasOwnProperty.call(message, "stream") && message.stream !== "")
                    writer.uint32(/* id 1, wireType 2 =*/10).string(message.stream);
                if (message.history != null && $Object.hasOwnProperty.call(message, "history") && message.history !== "")
                    writer.uint32(/* id 2, wireType 2 =*/18).string(message.history);
                if (message.received != null && $Object.hasOwnProperty.call(message, "received"))
                    $root.causeway.v1.Mark.encode(message.received, writer.uint32(/* id 3, wireType 2 =*/26).fork(), _depth + 1).ldelim();
                if (message.durable != null && $Object.hasOwnProperty.call(message, "durable"))
                    $root.causeway.v1.Mark.encode(message.durable, writer.uint32(/* id 4, wireType 2 =*/34).fork(), _depth + 1).ldelim();
                if (message.applied != null && $Object.hasOwnProperty.call(message, "applied"))
                    $root.causeway.v1.Mark.encode(message.applied, writer.uint32(/* id 5, wireType 2 =*/42).fork(), _depth + 1).ldelim();
                if (message.consumedBytes != null && $Object.hasOwnProperty.call(message, "consumedBytes") && (typeof message.consumedBytes === "object" ? message.consumedBytes.low || message.consumedBytes.high : message.consumedBytes !== 0))
                    writer.uint32(/* id 6, wireType 0 =*/48).uint64(message.consumedBytes);
                if (message.behind != null && message.behind.length)
                    for (let i = 0; i < message.behind.length; ++i)
                        $root.causeway.v1.BehindAck.encode(message.behind[i], writer.uint32(/* id 7, wireType 2 =*/58).fork(), _depth + 1).ldelim();
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes an Ack message from the specified reader or buffer.
             * @function decode
             * @memberof causeway.v1.Ack
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {causeway.v1.Ack & causeway.v1.Ack.$Shape} Ack
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            Ack.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.causeway.v1.Ack();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.stream = value;
                            else
                                delete message.stream;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.history = value;
                            else
                                delete message.history;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 2)
                                break;
                            message.received = $root.causeway.v1.Mark.decode(reader, reader.size(), $undefined, _depth + 1, message.received);
                            message._received = "received";
                            continue;
                        }
                    case 4: {
                            if (wireType !== 2)
                                break;
                            message.durable = $root.causeway.v1.Mark.decode(reader, reader.size(), $undefined, _depth + 1, message.durable);
                            message._durable = "durable";
                            continue;
                        }
                    case 5: {
                            if (wireType !== 2)
                                break;
                            message.applied = $root.causeway.v1.Mark.decode(reader, reader.size(), $undefined, _depth + 1, message.applied);
                            message._applied = "applied";
                            continue;
                        }
                    case 6: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.consumedBytes = value;
                            else
                                delete message.consumedBytes;
                            continue;
                        }
                    case 7: {
                            if (wireType !== 2)
                                break;
                            if (!(message.behind && message.behind.length))
                                message.behind = [];
                            message.behind.push($root.causeway.v1.BehindAck.decode(reader, reader.size(), $undefined, _depth + 1));
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return Ack;
        })();

        v1.BehindAck = (function() {

            /**
             * Properties of a BehindAck.
             * @typedef {Object} causeway.v1.BehindAck.$Properties
             * @property {string} [region] BehindAck region
             * @property {causeway.v1.Mark.$Properties|null} [received] BehindAck received
             * @property {causeway.v1.Mark.$Properties|null} [durable] BehindAck durable
             * @property {causeway.v1.Mark.$Properties|null} [applied] BehindAck applied
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a BehindAck.
             * @memberof causeway.v1
             * @interface IBehindAck
             * @augments causeway.v1.BehindAck.$Properties
             * @deprecated Use causeway.v1.BehindAck.$Properties instead.
             */

            /**
             * Shape of a BehindAck.
             * @typedef {causeway.v1.BehindAck.$Properties} causeway.v1.BehindAck.$Shape
             */

            /**
             * Constructs a new BehindAck.
             * @memberof causeway.v1
             * @classdesc Represents a BehindAck.
             * @constructor
             * @param {causeway.v1.BehindAck.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const BehindAck = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * BehindAck region.
             * @member {string} region
             * @memberof causeway.v1.BehindAck
             * @instance
             */
            BehindAck.prototype.region = "";

            /**
             * BehindAck received.
             * @member {causeway.v1.Mark|null} received
             * @memberof causeway.v1.BehindAck
             * @instance
             */
            BehindAck.prototype.received = null;

            /**
             * BehindAck durable.
             * @member {causeway.v1.Mark|null} durable
             * @memberof causeway.v1.BehindAck
             * @instance
             */
            BehindAck.prototype.durable = null;

            /**
             * BehindAck applied.
             * @member {causeway.v1.Mark|null} applied
             * @memberof causeway.v1.BehindAck
             * @instance
             */
            BehindAck.prototype.applied = null;

            // OneOf field names bound to virtual getters and setters
            let $oneOfFields;

            // Virtual OneOf for proto3 optional field
            $Object.defineProperty(BehindAck.prototype, "_received", {
                get: $util.oneOfGetter($oneOfFields = ["received"]),
                set: $util.oneOfSetter($oneOfFields)
            });

            // Virtual OneOf for proto3 optional field
            $Object.defineProperty(BehindAck.prototype, "_durable", {
                get: $util.oneOfGetter($oneOfFields = ["durable"]),
                set: $util.oneOfSetter($oneOfFields)
            });

            // Virtual OneOf for proto3 optional field
            $Object.defineProperty(BehindAck.prototype, "_applied", {
                get: $util.oneOfGetter($oneOfFields = ["applied"]),
                set: $util.oneOfSetter($oneOfFields)
            });

            /**
             * Encodes the specified BehindAck message. Does not implicitly {@link causeway.v1.BehindAck.verify|verify} messages.
             * @function encode
             * @memberof causeway.v1.BehindAck
             * @static
             * @param {causeway.v1.BehindAck.$Properties} message BehindAck message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            BehindAck.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.region != null && $Object.hasOwnProperty.call(message, "region") && message.region !== "")
                    writer.uint32(/* id 1, wireType 2 =*/10).string(message.region);
                if (message.received != null && $Object.hasOwnProperty.call(message, "received"))
                    $root.causeway.v1.Mark.encode(message.received, writer.uint32(/* id 2, wireType 2 =*/18).fork(), _depth + 1).ldelim();
                if (message.durable != null && $Object.hasOwnProperty.call(message, "durable"))
                    $root.causeway.v1.Mark.encode(message.durable, writer.uint32(/* id 3, wireType 2 =*/26).fork(), _depth + 1).ldelim();
                if (message.applied != null && $Object.hasOwnProperty.call(message, "applied"))
                    $root.causeway.v1.Mark.encode(message.applied, writer.uint32(/* id 4, wireType 2 =*/34).fork(), _depth + 1).ldelim();
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a BehindAck message from the specified reader or buffer.
             * @function decode
             * @memberof causeway.v1.BehindAck
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {causeway.v1.BehindAck & causeway.v1.BehindAck.$Shape} BehindAck
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            BehindAck.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.causeway.v1.BehindAck();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.region = value;
                            else
                                delete message.region;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 2)
                                break;
                            message.received = $root.causeway.v1.Mark.decode(reader, reader.size(), $undefined, _depth + 1, message.received);
                            message._received = "received";
                            continue;
                        }
                    case 3: {
                            if (wireType !== 2)
                                break;
                            message.durable = $root.causeway.v1.Mark.decode(reader, reader.size(), $undefined, _depth + 1, message.durable);
                            message._durable = "durable";
                            continue;
                        }
                    case 4: {
                            if (wireType !== 2)
                                break;
                            message.applied = $root.causeway.v1.Mark.decode(reader, reader.size(), $undefined, _depth + 1, message.applied);
                            message._applied = "applied";
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return BehindAck;
        })();

        v1.SnapshotWanted = (function() {

            /**
             * Properties of a SnapshotWanted.
             * @typedef {Object} causeway.v1.SnapshotWanted.$Properties
             * @property {string} [stream] SnapshotWanted stream
             * @property {number|Long} [from] SnapshotWanted from
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a SnapshotWanted.
             * @memberof causeway.v1
             * @interface ISnapshotWanted
             * @augments causeway.v1.SnapshotWanted.$Properties
             * @deprecated Use causeway.v1.SnapshotWanted.$Properties instead.
             */

            /**
             * Shape of a SnapshotWanted.
             * @typedef {causeway.v1.SnapshotWanted.$Properties} causeway.v1.SnapshotWanted.$Shape
             */

            /**
             * Constructs a new SnapshotWanted.
             * @memberof causeway.v1
             * @classdesc Represents a SnapshotWanted.
             * @constructor
             * @param {causeway.v1.SnapshotWanted.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const SnapshotWanted = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * SnapshotWanted stream.
             * @member {string} stream
             * @memberof causeway.v1.SnapshotWanted
             * @instance
             */
            SnapshotWanted.prototype.stream = "";

            /**
             * SnapshotWanted from.
             * @member {number|Long} from
             * @memberof causeway.v1.SnapshotWanted
             * @instance
             */
            SnapshotWanted.prototype.from = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * Encodes the specified SnapshotWanted message. Does not implicitly {@link causeway.v1.SnapshotWanted.verify|verify} messages.
             * @function encode
             * @memberof causeway.v1.SnapshotWanted
             * @static
             * @param {causeway.v1.SnapshotWanted.$Properties} message SnapshotWanted message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            SnapshotWanted.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.stream != null && $Object.hasOwnProperty.call(message, "stream") && message.stream !== "")
                    writer.uint32(/* id 1, wireType 2 =*/10).string(message.stream);
                if (message.from != null && $Object.hasOwnProperty.call(message, "from") && (typeof message.from === "object" ? message.from.low || message.from.high : message.from !== 0))
                    writer.uint32(/* id 2, wireType 0 =*/16).uint64(message.from);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a SnapshotWanted message from the specified reader or buffer.
             * @function decode
             * @memberof causeway.v1.SnapshotWanted
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {causeway.v1.SnapshotWanted & causeway.v1.SnapshotWanted.$Shape} SnapshotWanted
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            SnapshotWanted.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.causeway.v1.SnapshotWanted();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.stream = value;
                            else
                                delete message.stream;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.from = value;
                            else
                                delete message.from;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return SnapshotWanted;
        })();

        v1.SnapshotInfo = (function() {

            /**
             * Properties of a SnapshotInfo.
             * @typedef {Object} causeway.v1.SnapshotInfo.$Properties
             * @property {string} [id] SnapshotInfo id
             * @property {number|Long} [offset] SnapshotInfo offset
             * @property {Uint8Array} [replid] SnapshotInfo replid
             * @property {number} [db] SnapshotInfo db
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a SnapshotInfo.
             * @memberof causeway.v1
             * @interface ISnapshotInfo
             * @augments causeway.v1.SnapshotInfo.$Properties
             * @deprecated Use causeway.v1.SnapshotInfo.$Properties instead.
             */

            /**
             * Shape of a SnapshotInfo.
             * @typedef {causeway.v1.SnapshotInfo.$Properties} causeway.v1.SnapshotInfo.$Shape
             */

            /**
             * Constructs a new SnapshotInfo.
             * @memberof causeway.v1
             * @classdesc Represents a SnapshotInfo.
             * @constructor
             * @param {causeway.v1.SnapshotInfo.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const SnapshotInfo = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * SnapshotInfo id.
             * @member {string} id
             * @memberof causeway.v1.SnapshotInfo
             * @instance
             */
            SnapshotInfo.prototype.id = "";

            /**
             * SnapshotInfo offset.
             * @member {number|Long} offset
             * @memberof causeway.v1.SnapshotInfo
             * @instance
             */
            SnapshotInfo.prototype.offset = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * SnapshotInfo replid.
             * @member {Uint8Array} replid
             * @memberof causeway.v1.SnapshotInfo
             * @instance
             */
            SnapshotInfo.prototype.replid = $util.newBuffer([]);

            /**
             * SnapshotInfo db.
             * @member {number} db
             * @memberof causeway.v1.SnapshotInfo
             * @instance
             */
            SnapshotInfo.prototype.db = 0;

            /**
             * Encodes the specified SnapshotInfo message. Does not implicitly {@link causeway.v1.SnapshotInfo.verify|verify} messages.
             * @function encode
             * @memberof causeway.v1.SnapshotInfo
             * @static
             * @param {causeway.v1.SnapshotInfo.$Properties} message SnapshotInfo message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            SnapshotInfo.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.id != null && $Object.hasOwnProperty.call(message, "id") && message.id !== "")
                    writer.uint32(/* id 1, wireType 2 =*/10).string(message.id);
                if (message.offset != null && $Object.hasOwnProperty.call(message, "offset") && (typeof message.offset === "object" ? message.offset.low || message.offset.high : message.offset !== 0))
                    writer.uint32(/* id 2, wireType 0 =*/16).uint64(message.offset);
                if (message.replid != null && $Object.hasOwnProperty.call(message, "replid") && message.replid.length)
                    writer.uint32(/* id 3, wireType 2 =*/26).bytes(message.replid);
                if (message.db != null && $Object.hasOwnProperty.call(message, "db") && message.db !== 0)
                    writer.uint32(/* id 4, wireType 0 =*/32).uint32(message.db);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a SnapshotInfo message from the specified reader or buffer.
             * @function decode
             * @memberof causeway.v1.SnapshotInfo
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {causeway.v1.SnapshotInfo & causeway.v1.SnapshotInfo.$Shape} SnapshotInfo
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            SnapshotInfo.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.causeway.v1.SnapshotInfo();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.id = value;
                            else
                                delete message.id;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.offset = value;
                            else
                                delete message.offset;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.replid = value;
                            else
                                delete message.replid;
                            continue;
                        }
                    case 4: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.db = value;
                            else
                                delete message.db;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return SnapshotInfo;
        })();

        v1.Start = (function() {

            /**
             * Properties of a Start.
             * @typedef {Object} causeway.v1.Start.$Properties
             * @property {string} [stream] Start stream
             * @property {string} [history] Start history
             * @property {number|Long} [from] Start from
             * @property {causeway.v1.SnapshotInfo.$Properties|null} [snapshot] Start snapshot
             * @property {number} [firstChunk] Start firstChunk
             * @property {boolean} [beside] Start beside
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a Start.
             * @memberof causeway.v1
             * @interface IStart
             * @augments causeway.v1.Start.$Properties
             * @deprecated Use causeway.v1.Start.$Properties instead.
             */

            /**
             * Shape of a Start.
             * @typedef {causeway.v1.Start.$Properties} causeway.v1.Start.$Shape
             */

            /**
             * Constructs a new Start.
             * @memberof causeway.v1
             * @classdesc Represents a Start.
             * @constructor
             * @param {causeway.v1.Start.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const Start = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * Start stream.
             * @member {string} stream
             * @memberof causeway.v1.Start
             * @instance
             */
            Start.prototype.stream = "";

            /**
             * Start history.
             * @member {string} history
             * @memberof causeway.v1.Start
             * @instance
             */
            Start.prototype.history = "";

            /**
             * Start from.
             * @member {number|Long} from
             * @memberof causeway.v1.Start
             * @instance
             */
            Start.prototype.from = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * Start snapshot.
             * @member {causeway.v1.SnapshotInfo|null} snapshot
             * @memberof causeway.v1.Start
             * @instance
             */
            Start.prototype.snapshot = null;

            /**
             * Start firstChunk.
             * @member {number} firstChunk
             * @memberof causeway.v1.Start
             * @instance
             */
            Start.prototype.firstChunk = 0;

            /**
             * Start beside.
             * @member {boolean} beside
             * @memberof causeway.v1.Start
             * @instance
             */
            Start.prototype.beside = false;

            // OneOf field names bound to virtual getters and setters
            let $oneOfFields;

            // Virtual OneOf for proto3 optional field
            $Object.defineProperty(Start.prototype, "_snapshot", {
                get: $util.oneOfGetter($oneOfFields = ["snapshot"]),
                set: $util.oneOfSetter($oneOfFields)
            });

            /**
             * Encodes the specified Start message. Does not implicitly {@link causeway.v1.Start.verify|verify} messages.
             * @function encode
             * @memberof causeway.v1.Start
             * @static
             * @param {causeway.v1.Start.$Properties} message Start message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            Start.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.stream != null && $Object.hasOwnProperty.call(message, "stream") && message.stream !== "")
                    writer.uint32(/* id 1, wireType 2 =*/10).string(message.stream);
                if (message.history != null && $Object.hasOwnProperty.call(message, "history") && message.history !== "")
                    writer.uint32(/* id 2, wireType 2 =*/18).string(message.history);
                if (message.from != null && $Object.hasOwnProperty.call(message, "from") && (typeof message.from === "object" ? message.from.low || message.from.high : message.from !== 0))
                    writer.uint32(/* id 3, wireType 0 =*/24).uint64(message.from);
                if (message.snapshot != null && $Object.hasOwnProperty.call(message, "snapshot"))
                    $root.causeway.v1.SnapshotInfo.encode(message.snapshot, writer.uint32(/* id 4, wireType 2 =*/34).fork(), _depth + 1).ldelim();
                if (message.firstChunk != null && $Object.hasOwnProperty.call(message, "firstChunk") && message.firstChunk !== 0)
                    writer.uint32(/* id 5, wireType 0 =*/40).uint32(message.firstChunk);
                if (message.beside != null && $Object.hasOwnProperty.call(message, "beside") && message.beside !== false)
                    writer.uint32(/* id 6, wireType 0 =*/48).bool(message.beside);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a Start message from the specified reader or buffer.
             * @function decode
             * @memberof causeway.v1.Start
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {causeway.v1.Start & causeway.v1.Start.$Shape} Start
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            Start.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.causeway.v1.Start();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.stream = value;
                            else
                                delete message.stream;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.history = value;
                            else
                                delete message.history;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.from = value;
                            else
                                delete message.from;
                            continue;
                        }
                    case 4: {
                            if (wireType !== 2)
                                break;
                            message.snapshot = $root.causeway.v1.SnapshotInfo.decode(reader, reader.size(), $undefined, _depth + 1, message.snapshot);
                            message._snapshot = "snapshot";
                            continue;
                        }
                    case 5: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.firstChunk = value;
                            else
                                delete message.firstChunk;
                            continue;
                        }
                    case 6: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.bool())
                                message.beside = value;
                            else
                                delete message.beside;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return Start;
        })();

        v1.Records = (function() {

            /**
             * Properties of a Records.
             * @typedef {Object} causeway.v1.Records.$Properties
             * @property {string} [stream] Records stream
             * @property {Array.<Uint8Array>} [records] Records records
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a Records.
             * @memberof causeway.v1
             * @interface IRecords
             * @augments causeway.v1.Records.$Properties
             * @deprecated Use causeway.v1.Records.$Properties instead.
             */

            /**
             * Shape of a Records.
             * @typedef {causeway.v1.Records.$Properties} causeway.v1.Records.$Shape
             */

            /**
             * Constructs a new Records.
             * @memberof causeway.v1
             * @classdesc Represents a Records.
             * @constructor
             * @param {causeway.v1.Records.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const Records = function (properties) {
                this.records = [];
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * Records stream.
             * @member {string} stream
             * @memberof causeway.v1.Records
             * @instance
             */
            Records.prototype.stream = "";

            /**
             * Records records.
             * @member {Array.<Uint8Array>} records
             * @memberof causeway.v1.Records
             * @instance
             */
            Records.prototype.records = $util.emptyArray;

            /**
             * Encodes the specified Records message. Does not implicitly {@link causeway.v1.Records.verify|verify} messages.
             * @function encode
             * @memberof causeway.v1.Records
             * @static
             * @param {causeway.v1.Records.$Properties} message Records message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            Records.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.stream != null && $Object.hasOwnProperty.call(message, "stream") && message.stream !== "")
                    writer.uint32(/* id 1, wireType 2 =*/10).string(message.stream);
                if (message.records != null && message.records.length)
                    for (let i = 0; i < message.records.length; ++i)
                        writer.uint32(/* id 2, wireType 2 =*/18).bytes(message.records[i]);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a Records message from the specified reader or buffer.
             * @function decode
             * @memberof causeway.v1.Records
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {causeway.v1.Records & causeway.v1.Records.$Shape} Records
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            Records.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.causeway.v1.Records();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.stream = value;
                            else
                                delete message.stream;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 2)
                                break;
                            if (!(message.records && message.records.length))
                                message.records = [];
                            message.records.push(reader.bytes());
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return Records;
        })();

        v1.PackedRecords = (function() {

            /**
             * Properties of a PackedRecords.
             * @typedef {Object} causeway.v1.PackedRecords.$Properties
             * @property {string} [stream] PackedRecords stream
             * @property {number} [codec] PackedRecords codec
             * @property {number} [rawBytes] PackedRecords rawBytes
             * @property {number} [dictionary] PackedRecords dictionary
             * @property {Uint8Array} [packed] PackedRecords packed
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a PackedRecords.
             * @memberof causeway.v1
             * @interface IPackedRecords
             * @augments causeway.v1.PackedRecords.$Properties
             * @deprecated Use causeway.v1.PackedRecords.$Properties instead.
             */

            /**
             * Shape of a PackedRecords.
             * @typedef {causeway.v1.PackedRecords.$Properties} causeway.v1.PackedRecords.$Shape
             */

            /**
             * Constructs a new PackedRecords.
             * @memberof causeway.v1
             * @classdesc Represents a PackedRecords.
             * @constructor
             * @param {causeway.v1.PackedRecords.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const PackedRecords = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * PackedRecords stream.
             * @member {string} stream
             * @memberof causeway.v1.PackedRecords
             * @instance
             */
            PackedRecords.prototype.stream = "";

            /**
             * PackedRecords codec.
             * @member {number} codec
             * @memberof causeway.v1.PackedRecords
             * @instance
             */
            PackedRecords.prototype.codec = 0;

            /**
             * PackedRecords rawBytes.
             * @member {number} rawBytes
             * @memberof causeway.v1.PackedRecords
             * @instance
             */
            PackedRecords.prototype.rawBytes = 0;

            /**
             * PackedRecords dictionary.
             * @member {number} dictionary
             * @memberof causeway.v1.PackedRecords
             * @instance
             */
            PackedRecords.prototype.dictionary = 0;

            /**
             * PackedRecords packed.
             * @member {Uint8Array} packed
             * @memberof causeway.v1.PackedRecords
             * @instance
             */
            PackedRecords.prototype.packed = $util.newBuffer([]);

            /**
             * Encodes the specified PackedRecords message. Does not implicitly {@link causeway.v1.PackedRecords.verify|verify} messages.
             * @function encode
             * @memberof causeway.v1.PackedRecords
             * @static
             * @param {causeway.v1.PackedRecords.$Properties} message PackedRecords message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            PackedRecords.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.stream != null && $Object.hasOwnProperty.call(message, "stream") && message.stream !== "")
                    writer.uint32(/* id 1, wireType 2 =*/10).string(message.stream);
                if (message.codec != null && $Object.hasOwnProperty.call(message, "codec") && message.codec !== 0)
                    writer.uint32(/* id 2, wireType 0 =*/16).uint32(message.codec);
                if (message.rawBytes != null && $Object.hasOwnProperty.call(message, "rawBytes") && message.rawBytes !== 0)
                    writer.uint32(/* id 3, wireType 0 =*/24).uint32(message.rawBytes);
                if (message.dictionary != null && $Object.hasOwnProperty.call(message, "dictionary") && message.dictionary !== 0)
                    writer.uint32(/* id 4, wireType 0 =*/32).uint32(message.dictionary);
                if (message.packed != null && $Object.hasOwnProperty.call(message, "packed") && message.packed.length)
                    writer.uint32(/* id 5, wireType 2 =*/42).bytes(message.packed);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a PackedRecords message from the specified reader or buffer.
             * @function decode
             * @memberof causeway.v1.PackedRecords
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {causeway.v1.PackedRecords & causeway.v1.PackedRecords.$Shape} PackedRecords
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            PackedRecords.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.causeway.v1.PackedRecords();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.stream = value;
                            else
                                delete message.stream;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.codec = value;
                            else
                                delete message.codec;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.rawBytes = value;
                            else
                                delete message.rawBytes;
                            continue;
                        }
                    case 4: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.dictionary = value;
                            else
                                delete message.dictionary;
                            continue;
                        }
                    case 5: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.packed = value;
                            else
                                delete message.packed;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return PackedRecords;
        })();

        v1.SnapshotChunk = (function() {

            /**
             * Properties of a SnapshotChunk.
             * @typedef {Object} causeway.v1.SnapshotChunk.$Properties
             * @property {string} [stream] SnapshotChunk stream
             * @property {string} [snapshotId] SnapshotChunk snapshotId
             * @property {Uint8Array} [chunk] SnapshotChunk chunk
             * @property {number|Long} [rdbBytes] SnapshotChunk rdbBytes
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a SnapshotChunk.
             * @memberof causeway.v1
             * @interface ISnapshotChunk
             * @augments causeway.v1.SnapshotChunk.$Properties
             * @deprecated Use causeway.v1.SnapshotChunk.$Properties instead.
             */

            /**
             * Shape of a SnapshotChunk.
             * @typedef {causeway.v1.SnapshotChunk.$Properties} causeway.v1.SnapshotChunk.$Shape
             */

            /**
             * Constructs a new SnapshotChunk.
             * @memberof causeway.v1
             * @classdesc Represents a SnapshotChunk.
             * @constructor
             * @param {causeway.v1.SnapshotChunk.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const SnapshotChunk = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * SnapshotChunk stream.
             * @member {string} stream
             * @memberof causeway.v1.SnapshotChunk
             * @instance
             */
            SnapshotChunk.prototype.stream = "";

            /**
             * SnapshotChunk snapshotId.
             * @member {string} snapshotId
             * @memberof causeway.v1.SnapshotChunk
             * @instance
             */
            SnapshotChunk.prototype.snapshotId = "";

            /**
             * SnapshotChunk chunk.
             * @member {Uint8Array} chunk
             * @memberof causeway.v1.SnapshotChunk
             * @instance
             */
            SnapshotChunk.prototype.chunk = $util.newBuffer([]);

            /**
             * SnapshotChunk rdbBytes.
             * @member {number|Long} rdbBytes
             * @memberof causeway.v1.SnapshotChunk
             * @instance
             */
            SnapshotChunk.prototype.rdbBytes = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * Encodes the specified SnapshotChunk message. Does not implicitly {@link causeway.v1.SnapshotChunk.verify|verify} messages.
             * @function encode
             * @memberof causeway.v1.SnapshotChunk
             * @static
             * @param {causeway.v1.SnapshotChunk.$Properties} message SnapshotChunk message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            SnapshotChunk.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.stream != null && $Object.hasOwnProperty.call(message, "stream") && message.stream !== "")
                    writer.uint32(/* id 1, wireType 2 =*/10).string(message.stream);
                if (message.snapshotId != null && $Object.hasOwnProperty.call(message, "snapshotId") && message.snapshotId !== "")
                    writer.uint32(/* id 2, wireType 2 =*/18).string(message.snapshotId);
                if (message.chunk != null && $Object.hasOwnProperty.call(message, "chunk") && message.chunk.length)
                    writer.uint32(/* id 3, wireType 2 =*/26).bytes(message.chunk);
                if (message.rdbBytes != null && $Object.hasOwnProperty.call(message, "rdbBytes") && (typeof message.rdbBytes === "object" ? message.rdbBytes.low || message.rdbBytes.high : message.rdbBytes !== 0))
                    writer.uint32(/* id 4, wireType 0 =*/32).uint64(message.rdbBytes);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a SnapshotChunk message from the specified reader or buffer.
             * @function decode
             * @memberof causeway.v1.SnapshotChunk
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {causeway.v1.SnapshotChunk & causeway.v1.SnapshotChunk.$Shape} SnapshotChunk
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            SnapshotChunk.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.causeway.v1.SnapshotChunk();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.stream = value;
                            else
                                delete message.stream;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.snapshotId = value;
                            else
                                delete message.snapshotId;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.chunk = value;
                            else
                                delete message.chunk;
                            continue;
                        }
                    case 4: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.rdbBytes = value;
                            else
                                delete message.rdbBytes;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return SnapshotChunk;
        })();

        v1.SnapshotEnd = (function() {

            /**
             * Properties of a SnapshotEnd.
             * @typedef {Object} causeway.v1.SnapshotEnd.$Properties
             * @property {string} [stream] SnapshotEnd stream
             * @property {string} [snapshotId] SnapshotEnd snapshotId
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a SnapshotEnd.
             * @memberof causeway.v1
             * @interface ISnapshotEnd
             * @augments causeway.v1.SnapshotEnd.$Properties
             * @deprecated Use causeway.v1.SnapshotEnd.$Properties instead.
             */

            /**
             * Shape of a SnapshotEnd.
             * @typedef {causeway.v1.SnapshotEnd.$Properties} causeway.v1.SnapshotEnd.$Shape
             */

            /**
             * Constructs a new SnapshotEnd.
             * @memberof causeway.v1
             * @classdesc Represents a SnapshotEnd.
             * @constructor
             * @param {causeway.v1.SnapshotEnd.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const SnapshotEnd = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * SnapshotEnd stream.
             * @member {string} stream
             * @memberof causeway.v1.SnapshotEnd
             * @instance
             */
            SnapshotEnd.prototype.stream = "";

            /**
             * SnapshotEnd snapshotId.
             * @member {string} snapshotId
             * @memberof causeway.v1.SnapshotEnd
             * @instance
             */
            SnapshotEnd.prototype.snapshotId = "";

            /**
             * Encodes the specified SnapshotEnd message. Does not implicitly {@link causeway.v1.SnapshotEnd.verify|verify} messages.
             * @function encode
             * @memberof causeway.v1.SnapshotEnd
             * @static
             * @param {causeway.v1.SnapshotEnd.$Properties} message SnapshotEnd message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            SnapshotEnd.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.stream != null && $Object.hasOwnProperty.call(message, "stream") && message.stream !== "")
                    writer.uint32(/* id 1, wireType 2 =*/10).string(message.stream);
                if (message.snapshotId != null && $Object.hasOwnProperty.call(message, "snapshotId") && message.snapshotId !== "")
                    writer.uint32(/* id 2, wireType 2 =*/18).string(message.snapshotId);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a SnapshotEnd message from the specified reader or buffer.
             * @function decode
             * @memberof causeway.v1.SnapshotEnd
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {causeway.v1.SnapshotEnd & causeway.v1.SnapshotEnd.$Shape} SnapshotEnd
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            SnapshotEnd.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.causeway.v1.SnapshotEnd();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.stream = value;
                            else
                                delete message.stream;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.snapshotId = value;
                            else
                                delete message.snapshotId;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return SnapshotEnd;
        })();

        v1.SnapshotAborted = (function() {

            /**
             * Properties of a SnapshotAborted.
             * @typedef {Object} causeway.v1.SnapshotAborted.$Properties
             * @property {string} [stream] SnapshotAborted stream
             * @property {string} [snapshotId] SnapshotAborted snapshotId
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a SnapshotAborted.
             * @memberof causeway.v1
             * @interface ISnapshotAborted
             * @augments causeway.v1.SnapshotAborted.$Properties
             * @deprecated Use causeway.v1.SnapshotAborted.$Properties instead.
             */

            /**
             * Shape of a SnapshotAborted.
             * @typedef {causeway.v1.SnapshotAborted.$Properties} causeway.v1.SnapshotAborted.$Shape
             */

            /**
             * Constructs a new SnapshotAborted.
             * @memberof causeway.v1
             * @classdesc Represents a SnapshotAborted.
             * @constructor
             * @param {causeway.v1.SnapshotAborted.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const SnapshotAborted = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * SnapshotAborted stream.
             * @member {string} stream
             * @memberof causeway.v1.SnapshotAborted
             * @instance
             */
            SnapshotAborted.prototype.stream = "";

            /**
             * SnapshotAborted snapshotId.
             * @member {string} snapshotId
             * @memberof causeway.v1.SnapshotAborted
             * @instance
             */
            SnapshotAborted.prototype.snapshotId = "";

            /**
             * Encodes the specified SnapshotAborted message. Does not implicitly {@link causeway.v1.SnapshotAborted.verify|verify} messages.
             * @function encode
             * @memberof causeway.v1.SnapshotAborted
             * @static
             * @param {causeway.v1.SnapshotAborted.$Properties} message SnapshotAborted message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            SnapshotAborted.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.stream != null && $Object.hasOwnProperty.call(message, "stream") && message.stream !== "")
                    writer.uint32(/* id 1, wireType 2 =*/10).string(message.stream);
                if (message.snapshotId != null && $Object.hasOwnProperty.call(message, "snapshotId") && message.snapshotId !== "")
                    writer.uint32(/* id 2, wireType 2 =*/18).string(message.snapshotId);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a SnapshotAborted message from the specified reader or buffer.
             * @function decode
             * @memberof causeway.v1.SnapshotAborted
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {causeway.v1.SnapshotAborted & causeway.v1.SnapshotAborted.$Shape} SnapshotAborted
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            SnapshotAborted.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.causeway.v1.SnapshotAborted();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.stream = value;
                            else
                                delete message.stream;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.snapshotId = value;
                            else
                                delete message.snapshotId;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return SnapshotAborted;
        })();

        v1.Head = (function() {

            /**
             * Properties of a Head.
             * @typedef {Object} causeway.v1.Head.$Properties
             * @property {string} [stream] Head stream
             * @property {string} [history] Head history
             * @property {number|Long} [offset] Head offset
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a Head.
             * @memberof causeway.v1
             * @interface IHead
             * @augments causeway.v1.Head.$Properties
             * @deprecated Use causeway.v1.Head.$Properties instead.
             */

            /**
             * Shape of a Head.
             * @typedef {causeway.v1.Head.$Properties} causeway.v1.Head.$Shape
             */

            /**
             * Constructs a new Head.
             * @memberof causeway.v1
             * @classdesc Represents a Head.
             * @constructor
             * @param {causeway.v1.Head.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const Head = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * Head stream.
             * @member {string} stream
             * @memberof causeway.v1.Head
             * @instance
             */
            Head.prototype.stream = "";

            /**
             * Head history.
             * @member {string} history
             * @memberof causeway.v1.Head
             * @instance
             */
            Head.prototype.history = "";

            /**
             * Head offset.
             * @member {number|Long} offset
             * @memberof causeway.v1.Head
             * @instance
             */
            Head.prototype.offset = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * Encodes the specified Head message. Does not implicitly {@link causeway.v1.Head.verify|verify} messages.
             * @function encode
             * @memberof causeway.v1.Head
             * @static
             * @param {causeway.v1.Head.$Properties} message Head message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            Head.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.stream != null && $Object.hasOwnProperty.call(message, "stream") && message.stream !== "")
                    writer.uint32(/* id 1, wireType 2 =*/10).string(message.stream);
                if (message.history != null && $Object.hasOwnProperty.call(message, "history") && message.history !== "")
                    writer.uint32(/* id 2, wireType 2 =*/18).string(message.history);
                if (message.offset != null && $Object.hasOwnProperty.call(message, "offset") && (typeof message.offset === "object" ? message.offset.low || message.offset.high : message.offset !== 0))
                    writer.uint32(/* id 3, wireType 0 =*/24).uint64(message.offset);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a Head message from the specified reader or buffer.
             * @function decode
             * @memberof causeway.v1.Head
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {causeway.v1.Head & causeway.v1.Head.$Shape} Head
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            Head.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.causeway.v1.Head();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.stream = value;
                            else
                                delete message.stream;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.history = value;
                            else
                                delete message.history;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.offset = value;
                            else
                                delete message.offset;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return Head;
        })();

        v1.Ping = (function() {

            /**
             * Properties of a Ping.
             * @typedef {Object} causeway.v1.Ping.$Properties
             * @property {number} [id] Ping id
             * @property {number} [sentAtMs] Ping sentAtMs
             * @property {Array.<causeway.v1.Head.$Properties>} [heads] Ping heads
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a Ping.
             * @memberof causeway.v1
             * @interface IPing
             * @augments causeway.v1.Ping.$Properties
             * @deprecated Use causeway.v1.Ping.$Properties instead.
             */

            /**
             * Shape of a Ping.
             * @typedef {causeway.v1.Ping.$Properties} causeway.v1.Ping.$Shape
             */

            /**
             * Constructs a new Ping.
             * @memberof causeway.v1
             * @classdesc Represents a Ping.
             * @constructor
             * @param {causeway.v1.Ping.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const Ping = function (properties) {
                this.heads = [];
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * Ping id.
             * @member {number} id
             * @memberof causeway.v1.Ping
             * @instance
             */
            Ping.prototype.id = 0;

            /**
             * Ping sentAtMs.
             * @member {number} sentAtMs
             * @memberof causeway.v1.Ping
             * @instance
             */
            Ping.prototype.sentAtMs = 0;

            /**
             * Ping heads.
             * @member {Array.<causeway.v1.Head>} heads
             * @memberof causeway.v1.Ping
             * @instance
             */
            Ping.prototype.heads = $util.emptyArray;

            /**
             * Encodes the specified Ping message. Does not implicitly {@link causeway.v1.Ping.verify|verify} messages.
             * @function encode
             * @memberof causeway.v1.Ping
             * @static
             * @param {causeway.v1.Ping.$Properties} message Ping message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            Ping.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.id != null && $Object.hasOwnProperty.call(message, "id") && message.id !== 0)
                    writer.uint32(/* id 1, wireType 0 =*/8).uint32(message.id);
                if (message.sentAtMs != null && $Object.hasOwnProperty.call(message, "sentAtMs") && !$Object.is(message.sentAtMs, 0))
                    writer.uint32(/* id 2, wireType 1 =*/17).double(message.sentAtMs);
                if (message.heads != null && message.heads.length)
                    for (let i = 0; i < message.heads.length; ++i)
                        $root.causeway.v1.Head.encode(message.heads[i], writer.uint32(/* id 3, wireType 2 =*/26).fork(), _depth + 1).ldelim();
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a Ping message from the specified reader or buffer.
             * @function decode
             * @memberof causeway.v1.Ping
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {causeway.v1.Ping & causeway.v1.Ping.$Shape} Ping
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            Ping.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.causeway.v1.Ping();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.id = value;
                            else
                                delete message.id;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 1)
                                break;
                            if (!$Object.is(value = reader.double(), 0))
                                message.sentAtMs = value;
                            else
                                delete message.sentAtMs;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 2)
                                break;
                            if (!(message.heads && message.heads.length))
                                message.heads = [];
                            message.heads.push($root.causeway.v1.Head.decode(reader, reader.size(), $undefined, _depth + 1));
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return Ping;
        })();

        v1.Pong = (function() {

            /**
             * Properties of a Pong.
             * @typedef {Object} causeway.v1.Pong.$Properties
             * @property {number} [id] Pong id
             * @property {number} [pingSentAtMs] Pong pingSentAtMs
             * @property {number} [receivedAtMs] Pong receivedAtMs
             * @property {number} [sentAtMs] Pong sentAtMs
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a Pong.
             * @memberof causeway.v1
             * @interface IPong
             * @augments causeway.v1.Pong.$Properties
             * @deprecated Use causeway.v1.Pong.$Properties instead.
             */

            /**
             * Shape of a Pong.
             * @typedef {causeway.v1.Pong.$Properties} causeway.v1.Pong.$Shape
             */

            /**
             * Constructs a new Pong.
             * @memberof causeway.v1
             * @classdesc Represents a Pong.
             * @constructor
             * @param {causeway.v1.Pong.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const Pong = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * Pong id.
             * @member {number} id
             * @memberof causeway.v1.Pong
             * @instance
             */
            Pong.prototype.id = 0;

            /**
             * Pong pingSentAtMs.
             * @member {number} pingSentAtMs
             * @memberof causeway.v1.Pong
             * @instance
             */
            Pong.prototype.pingSentAtMs = 0;

            /**
             * Pong receivedAtMs.
             * @member {number} receivedAtMs
             * @memberof causeway.v1.Pong
             * @instance
             */
            Pong.prototype.receivedAtMs = 0;

            /**
             * Pong sentAtMs.
             * @member {number} sentAtMs
             * @memberof causeway.v1.Pong
             * @instance
             */
            Pong.prototype.sentAtMs = 0;

            /**
             * Encodes the specified Pong message. Does not implicitly {@link causeway.v1.Pong.verify|verify} messages.
             * @function encode
             * @memberof causeway.v1.Pong
             * @static
             * @param {causeway.v1.Pong.$Properties} message Pong message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            Pong.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.id != null && $Object.hasOwnProperty.call(message, "id") && message.id !== 0)
                    writer.uint32(/* id 1, wireType 0 =*/8).uint32(message.id);
                if (message.pingSentAtMs != null && $Object.hasOwnProperty.call(message, "pingSentAtMs") && !$Object.is(message.pingSentAtMs, 0))
                    writer.uint32(/* id 2, wireType 1 =*/17).double(message.pingSentAtMs);
                if (message.receivedAtMs != null && $Object.hasOwnProperty.call(message, "receivedAtMs") && !$Object.is(message.receivedAtMs, 0))
                    writer.uint32(/* id 3, wireType 1 =*/25).double(message.receivedAtMs);
                if (message.sentAtMs != null && $Object.hasOwnProperty.call(message, "sentAtMs") && !$Object.is(message.sentAtMs, 0))
                    writer.uint32(/* id 4, wireType 1 =*/33).double(message.sentAtMs);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a Pong message from the specified reader or buffer.
             * @function decode
             * @memberof causeway.v1.Pong
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {causeway.v1.Pong & causeway.v1.Pong.$Shape} Pong
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            Pong.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.causeway.v1.Pong();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.id = value;
                            else
                                delete message.id;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 1)
                                break;
                            if (!$Object.is(value = reader.double(), 0))
                                message.pingSentAtMs = value;
                            else
                                delete message.pingSentAtMs;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 1)
                                break;
                            if (!$Object.is(value = reader.double(), 0))
                                message.receivedAtMs = value;
                            else
                                delete message.receivedAtMs;
                            continue;
                        }
                    case 4: {
                            if (wireType !== 1)
                                break;
                            if (!$Object.is(value = reader.double(), 0))
                                message.sentAtMs = value;
                            else
                                delete message.sentAtMs;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return Pong;
        })();

        v1.Bye = (function() {

            /**
             * Properties of a Bye.
             * @typedef {Object} causeway.v1.Bye.$Properties
             * @property {string} [reason] Bye reason
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a Bye.
             * @memberof causeway.v1
             * @interface IBye
             * @augments causeway.v1.Bye.$Properties
             * @deprecated Use causeway.v1.Bye.$Properties instead.
             */

            /**
             * Shape of a Bye.
             * @typedef {causeway.v1.Bye.$Properties} causeway.v1.Bye.$Shape
             */

            /**
             * Constructs a new Bye.
             * @memberof causeway.v1
             * @classdesc Represents a Bye.
             * @constructor
             * @param {causeway.v1.Bye.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const Bye = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * Bye reason.
             * @member {string} reason
             * @memberof causeway.v1.Bye
             * @instance
             */
            Bye.prototype.reason = "";

            /**
             * Encodes the specified Bye message. Does not implicitly {@link causeway.v1.Bye.verify|verify} messages.
             * @function encode
             * @memberof causeway.v1.Bye
             * @static
             * @param {causeway.v1.Bye.$Properties} message Bye message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            Bye.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.reason != null && $Object.hasOwnProperty.call(message, "reason") && message.reason !== "")
                    writer.uint32(/* id 1, wireType 2 =*/10).string(message.reason);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a Bye message from the specified reader or buffer.
             * @function decode
             * @memberof causeway.v1.Bye
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {causeway.v1.Bye & causeway.v1.Bye.$Shape} Bye
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            Bye.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.causeway.v1.Bye();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.reason = value;
                            else
                                delete message.reason;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return Bye;
        })();

        return v1;
    })();

    return causeway;
})();

export {
  $root as default
};
