import * as $protobuf from "protobufjs/minimal.js";
import Long = require("long");

/** Namespace causeway. */
export namespace causeway {

    /** Namespace v1. */
    namespace v1 {

        /**
         * Properties of a Frame.
         * @deprecated Use causeway.v1.Frame.$Properties instead.
         */
        interface IFrame extends causeway.v1.Frame.$Properties {
        }

        /** Represents a Frame. */
        class Frame {

            /**
             * Constructs a new Frame.
             * @param [properties] Properties to set
             */
            constructor(properties?: causeway.v1.Frame.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Frame hello. */
            hello: (causeway.v1.Hello|null);

            /** Frame challenge. */
            challenge: (causeway.v1.Challenge|null);

            /** Frame proof. */
            proof: (causeway.v1.Proof|null);

            /** Frame welcome. */
            welcome: (causeway.v1.Welcome|null);

            /** Frame refused. */
            refused: (causeway.v1.Refused|null);

            /** Frame subscribe. */
            subscribe: (causeway.v1.Subscribe|null);

            /** Frame start. */
            start: (causeway.v1.Start|null);

            /** Frame records. */
            records: (causeway.v1.Records|null);

            /** Frame snapshotChunk. */
            snapshotChunk: (causeway.v1.SnapshotChunk|null);

            /** Frame snapshotEnd. */
            snapshotEnd: (causeway.v1.SnapshotEnd|null);

            /** Frame snapshotAborted. */
            snapshotAborted: (causeway.v1.SnapshotAborted|null);

            /** Frame ack. */
            ack: (causeway.v1.Ack|null);

            /** Frame ping. */
            ping: (causeway.v1.Ping|null);

            /** Frame pong. */
            pong: (causeway.v1.Pong|null);

            /** Frame bye. */
            bye: (causeway.v1.Bye|null);

            /** Frame snapshotWanted. */
            snapshotWanted: (causeway.v1.SnapshotWanted|null);

            /** Frame packedRecords. */
            packedRecords: (causeway.v1.PackedRecords|null);

            /** Frame body. */
            body?: ("hello"|"challenge"|"proof"|"welcome"|"refused"|"subscribe"|"start"|"records"|"snapshotChunk"|"snapshotEnd"|"snapshotAborted"|"ack"|"ping"|"pong"|"bye"|"snapshotWanted"|"packedRecords");

            /**
             * Encodes the specified Frame message. Does not implicitly {@link causeway.v1.Frame.verify|verify} messages.
             * @param message Frame message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: causeway.v1.Frame.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Frame message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {causeway.v1.Frame & causeway.v1.Frame.$Shape} Frame
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): causeway.v1.Frame & causeway.v1.Frame.$Shape;
        }

        namespace Frame {

            /** Properties of a Frame. */
            interface $Properties {

                /** Frame hello */
                hello?: (causeway.v1.Hello.$Properties|null);

                /** Frame challenge */
                challenge?: (causeway.v1.Challenge.$Properties|null);

                /** Frame proof */
                proof?: (causeway.v1.Proof.$Properties|null);

                /** Frame welcome */
                welcome?: (causeway.v1.Welcome.$Properties|null);

                /** Frame refused */
                refused?: (causeway.v1.Refused.$Properties|null);

                /** Frame subscribe */
                subscribe?: (causeway.v1.Subscribe.$Properties|null);

                /** Frame start */
                start?: (causeway.v1.Start.$Properties|null);

                /** Frame records */
                records?: (causeway.v1.Records.$Properties|null);

                /** Frame snapshotChunk */
                snapshotChunk?: (causeway.v1.SnapshotChunk.$Properties|null);

                /** Frame snapshotEnd */
                snapshotEnd?: (causeway.v1.SnapshotEnd.$Properties|null);

                /** Frame snapshotAborted */
                snapshotAborted?: (causeway.v1.SnapshotAborted.$Properties|null);

                /** Frame ack */
                ack?: (causeway.v1.Ack.$Properties|null);

                /** Frame ping */
                ping?: (causeway.v1.Ping.$Properties|null);

                /** Frame pong */
                pong?: (causeway.v1.Pong.$Properties|null);

                /** Frame bye */
                bye?: (causeway.v1.Bye.$Properties|null);

                /** Frame snapshotWanted */
                snapshotWanted?: (causeway.v1.SnapshotWanted.$Properties|null);

                /** Frame packedRecords */
                packedRecords?: (causeway.v1.PackedRecords.$Properties|null);

                /** Frame body */
                body?: ("hello"|"challenge"|"proof"|"welcome"|"refused"|"subscribe"|"start"|"records"|"snapshotChunk"|"snapshotEnd"|"snapshotAborted"|"ack"|"ping"|"pong"|"bye"|"snapshotWanted"|"packedRecords");

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Narrowed shape of a Frame. */
            type $Shape = {
              hello?: causeway.v1.Hello.$Shape|null;
              challenge?: causeway.v1.Challenge.$Shape|null;
              proof?: causeway.v1.Proof.$Shape|null;
              welcome?: causeway.v1.Welcome.$Shape|null;
              refused?: causeway.v1.Refused.$Shape|null;
              subscribe?: causeway.v1.Subscribe.$Shape|null;
              start?: causeway.v1.Start.$Shape|null;
              records?: causeway.v1.Records.$Shape|null;
              snapshotChunk?: causeway.v1.SnapshotChunk.$Shape|null;
              snapshotEnd?: causeway.v1.SnapshotEnd.$Shape|null;
              snapshotAborted?: causeway.v1.SnapshotAborted.$Shape|null;
              ack?: causeway.v1.Ack.$Shape|null;
              ping?: causeway.v1.Ping.$Shape|null;
              pong?: causeway.v1.Pong.$Shape|null;
              bye?: causeway.v1.Bye.$Shape|null;
              snapshotWanted?: causeway.v1.SnapshotWanted.$Shape|null;
              packedRecords?: causeway.v1.PackedRecords.$Shape|null;
              $unknowns?: Uint8Array[];
            } & (
              ({ body?: undefined; hello?: null; challenge?: null; proof?: null; welcome?: null; refused?: null; subscribe?: null; start?: null; records?: null; snapshotChunk?: null; snapshotEnd?: null; snapshotAborted?: null; ack?: null; ping?: null; pong?: null; bye?: null; snapshotWanted?: null; packedRecords?: null }|{ body?: "hello"; hello: causeway.v1.Hello.$Shape; challenge?: null; proof?: null; welcome?: null; refused?: null; subscribe?: null; start?: null; records?: null; snapshotChunk?: null; snapshotEnd?: null; snapshotAborted?: null; ack?: null; ping?: null; pong?: null; bye?: null; snapshotWanted?: null; packedRecords?: null }|{ body?: "challenge"; hello?: null; challenge: causeway.v1.Challenge.$Shape; proof?: null; welcome?: null; refused?: null; subscribe?: null; start?: null; records?: null; snapshotChunk?: null; snapshotEnd?: null; snapshotAborted?: null; ack?: null; ping?: null; pong?: null; bye?: null; snapshotWanted?: null; packedRecords?: null }|{ body?: "proof"; hello?: null; challenge?: null; proof: causeway.v1.Proof.$Shape; welcome?: null; refused?: null; subscribe?: null; start?: null; records?: null; snapshotChunk?: null; snapshotEnd?: null; snapshotAborted?: null; ack?: null; ping?: null; pong?: null; bye?: null; snapshotWanted?: null; packedRecords?: null }|{ body?: "welcome"; hello?: null; challenge?: null; proof?: null; welcome: causeway.v1.Welcome.$Shape; refused?: null; subscribe?: null; start?: null; records?: null; snapshotChunk?: null; snapshotEnd?: null; snapshotAborted?: null; ack?: null; ping?: null; pong?: null; bye?: null; snapshotWanted?: null; packedRecords?: null }|{ body?: "refused"; hello?: null; challenge?: null; proof?: null; welcome?: null; refused: causeway.v1.Refused.$Shape; subscribe?: null; start?: null; records?: null; snapshotChunk?: null; snapshotEnd?: null; snapshotAborted?: null; ack?: null; ping?: null; pong?: null; bye?: null; snapshotWanted?: null; packedRecords?: null }|{ body?: "subscribe"; hello?: null; challenge?: null; proof?: null; welcome?: null; refused?: null; subscribe: causeway.v1.Subscribe.$Shape; start?: null; records?: null; snapshotChunk?: null; snapshotEnd?: null; snapshotAborted?: null; ack?: null; ping?: null; pong?: null; bye?: null; snapshotWanted?: null; packedRecords?: null }|{ body?: "start"; hello?: null; challenge?: null; proof?: null; welcome?: null; refused?: null; subscribe?: null; start: causeway.v1.Start.$Shape; records?: null; snapshotChunk?: null; snapshotEnd?: null; snapshotAborted?: null; ack?: null; ping?: null; pong?: null; bye?: null; snapshotWanted?: null; packedRecords?: null }|{ body?: "records"; hello?: null; challenge?: null; proof?: null; welcome?: null; refused?: null; subscribe?: null; start?: null; records: causeway.v1.Records.$Shape; snapshotChunk?: null; snapshotEnd?: null; snapshotAborted?: null; ack?: null; ping?: null; pong?: null; bye?: null; snapshotWanted?: null; packedRecords?: null }|{ body?: "snapshotChunk"; hello?: null; challenge?: null; proof?: null; welcome?: null; refused?: null; subscribe?: null; start?: null; records?: null; snapshotChunk: causeway.v1.SnapshotChunk.$Shape; snapshotEnd?: null; snapshotAborted?: null; ack?: null; ping?: null; pong?: null; bye?: null; snapshotWanted?: null; packedRecords?: null }|{ body?: "snapshotEnd"; hello?: null; challenge?: null; proof?: null; welcome?: null; refused?: null; subscribe?: null; start?: null; records?: null; snapshotChunk?: null; snapshotEnd: causeway.v1.SnapshotEnd.$Shape; snapshotAborted?: null; ack?: null; ping?: null; pong?: null; bye?: null; snapshotWanted?: null; packedRecords?: null }|{ body?: "snapshotAborted"; hello?: null; challenge?: null; proof?: null; welcome?: null; refused?: null; subscribe?: null; start?: null; records?: null; snapshotChunk?: null; snapshotEnd?: null; snapshotAborted: causeway.v1.SnapshotAborted.$Shape; ack?: null; ping?: null; pong?: null; bye?: null; snapshotWanted?: null; packedRecords?: null }|{ body?: "ack"; hello?: null; challenge?: null; proof?: null; welcome?: null; refused?: null; subscribe?: null; start?: null; records?: null; snapshotChunk?: null; snapshotEnd?: null; snapshotAborted?: null; ack: causeway.v1.Ack.$Shape; ping?: null; pong?: null; bye?: null; snapshotWanted?: null; packedRecords?: null }|{ body?: "ping"; hello?: null; challenge?: null; proof?: null; welcome?: null; refused?: null; subscribe?: null; start?: null; records?: null; snapshotChunk?: null; snapshotEnd?: null; snapshotAborted?: null; ack?: null; ping: causeway.v1.Ping.$Shape; pong?: null; bye?: null; snapshotWanted?: null; packedRecords?: null }|{ body?: "pong"; hello?: null; challenge?: null; proof?: null; welcome?: null; refused?: null; subscribe?: null; start?: null; records?: null; snapshotChunk?: null; snapshotEnd?: null; snapshotAborted?: null; ack?: null; ping?: null; pong: causeway.v1.Pong.$Shape; bye?: null; snapshotWanted?: null; packedRecords?: null }|{ body?: "bye"; hello?: null; challenge?: null; proof?: null; welcome?: null; refused?: null; subscribe?: null; start?: null; records?: null; snapshotChunk?: null; snapshotEnd?: null; snapshotAborted?: null; ack?: null; ping?: null; pong?: null; bye: causeway.v1.Bye.$Shape; snapshotWanted?: null; packedRecords?: null }|{ body?: "snapshotWanted"; hello?: null; challenge?: null; proof?: null; welcome?: null; refused?: null; subscribe?: null; start?: null; records?: null; snapshotChunk?: null; snapshotEnd?: null; snapshotAborted?: null; ack?: null; ping?: null; pong?: null; bye?: null; snapshotWanted: causeway.v1.SnapshotWanted.$Shape; packedRecords?: null }|{ body?: "packedRecords"; hello?: null; challenge?: null; proof?: null; welcome?: null; refused?: null; subscribe?: null; start?: null; records?: null; snapshotChunk?: null; snapshotEnd?: null; snapshotAborted?: null; ack?: null; ping?: null; pong?: null; bye?: null; snapshotWanted?: null; packedRecords: causeway.v1.PackedRecords.$Shape })
            );
        }

        /**
         * Properties of a Hello.
         * @deprecated Use causeway.v1.Hello.$Properties instead.
         */
        interface IHello extends causeway.v1.Hello.$Properties {
        }

        /** Represents a Hello. */
        class Hello {

            /**
             * Constructs a new Hello.
             * @param [properties] Properties to set
             */
            constructor(properties?: causeway.v1.Hello.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Hello version. */
            version: number;

            /** Hello region. */
            region: string;

            /** Hello expectedRegion. */
            expectedRegion: string;

            /** Hello nonce. */
            nonce: Uint8Array;

            /** Hello topologyDigest. */
            topologyDigest: Uint8Array;

            /**
             * Encodes the specified Hello message. Does not implicitly {@link causeway.v1.Hello.verify|verify} messages.
             * @param message Hello message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: causeway.v1.Hello.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Hello message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {causeway.v1.Hello & causeway.v1.Hello.$Shape} Hello
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): causeway.v1.Hello & causeway.v1.Hello.$Shape;
        }

        namespace Hello {

            /** Properties of a Hello. */
            interface $Properties {

                /** Hello version */
                version?: number;

                /** Hello region */
                region?: string;

                /** Hello expectedRegion */
                expectedRegion?: string;

                /** Hello nonce */
                nonce?: Uint8Array;

                /** Hello topologyDigest */
                topologyDigest?: Uint8Array;

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Hello. */
            type $Shape = causeway.v1.Hello.$Properties;
        }

        /**
         * Properties of a Challenge.
         * @deprecated Use causeway.v1.Challenge.$Properties instead.
         */
        interface IChallenge extends causeway.v1.Challenge.$Properties {
        }

        /** Represents a Challenge. */
        class Challenge {

            /**
             * Constructs a new Challenge.
             * @param [properties] Properties to set
             */
            constructor(properties?: causeway.v1.Challenge.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Challenge nonce. */
            nonce: Uint8Array;

            /**
             * Encodes the specified Challenge message. Does not implicitly {@link causeway.v1.Challenge.verify|verify} messages.
             * @param message Challenge message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: causeway.v1.Challenge.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Challenge message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {causeway.v1.Challenge & causeway.v1.Challenge.$Shape} Challenge
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): causeway.v1.Challenge & causeway.v1.Challenge.$Shape;
        }

        namespace Challenge {

            /** Properties of a Challenge. */
            interface $Properties {

                /** Challenge nonce */
                nonce?: Uint8Array;

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Challenge. */
            type $Shape = causeway.v1.Challenge.$Properties;
        }

        /**
         * Properties of a Proof.
         * @deprecated Use causeway.v1.Proof.$Properties instead.
         */
        interface IProof extends causeway.v1.Proof.$Properties {
        }

        /** Represents a Proof. */
        class Proof {

            /**
             * Constructs a new Proof.
             * @param [properties] Properties to set
             */
            constructor(properties?: causeway.v1.Proof.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Proof mac. */
            mac: Uint8Array;

            /**
             * Encodes the specified Proof message. Does not implicitly {@link causeway.v1.Proof.verify|verify} messages.
             * @param message Proof message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: causeway.v1.Proof.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Proof message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {causeway.v1.Proof & causeway.v1.Proof.$Shape} Proof
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): causeway.v1.Proof & causeway.v1.Proof.$Shape;
        }

        namespace Proof {

            /** Properties of a Proof. */
            interface $Properties {

                /** Proof mac */
                mac?: Uint8Array;

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Proof. */
            type $Shape = causeway.v1.Proof.$Properties;
        }

        /**
         * Properties of a Welcome.
         * @deprecated Use causeway.v1.Welcome.$Properties instead.
         */
        interface IWelcome extends causeway.v1.Welcome.$Properties {
        }

        /** Represents a Welcome. */
        class Welcome {

            /**
             * Constructs a new Welcome.
             * @param [properties] Properties to set
             */
            constructor(properties?: causeway.v1.Welcome.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Welcome mac. */
            mac: Uint8Array;

            /** Welcome topologyDigest. */
            topologyDigest: Uint8Array;

            /** Welcome capabilities. */
            capabilities: string[];

            /**
             * Encodes the specified Welcome message. Does not implicitly {@link causeway.v1.Welcome.verify|verify} messages.
             * @param message Welcome message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: causeway.v1.Welcome.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Welcome message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {causeway.v1.Welcome & causeway.v1.Welcome.$Shape} Welcome
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): causeway.v1.Welcome & causeway.v1.Welcome.$Shape;
        }

        namespace Welcome {

            /** Properties of a Welcome. */
            interface $Properties {

                /** Welcome mac */
                mac?: Uint8Array;

                /** Welcome topologyDigest */
                topologyDigest?: Uint8Array;

                /** Welcome capabilities */
                capabilities?: string[];

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Welcome. */
            type $Shape = causeway.v1.Welcome.$Properties;
        }

        /** RefusalCode enum. */
        enum RefusalCode {

            /** REFUSAL_UNSPECIFIED value */
            REFUSAL_UNSPECIFIED = 0,

            /** VERSION value */
            VERSION = 1,

            /** SECRET value */
            SECRET = 2,

            /** CERTIFICATE value */
            CERTIFICATE = 3,

            /** NOT_IN_TOPOLOGY value */
            NOT_IN_TOPOLOGY = 4,

            /** WRONG_REGION value */
            WRONG_REGION = 5,

            /** STREAM_NOT_GIVEN value */
            STREAM_NOT_GIVEN = 6,

            /** BUSY value */
            BUSY = 7,

            /** MALFORMED value */
            MALFORMED = 8,

            /** SUPERSEDED value */
            SUPERSEDED = 9
        }

        /**
         * Properties of a Refused.
         * @deprecated Use causeway.v1.Refused.$Properties instead.
         */
        interface IRefused extends causeway.v1.Refused.$Properties {
        }

        /** Represents a Refused. */
        class Refused {

            /**
             * Constructs a new Refused.
             * @param [properties] Properties to set
             */
            constructor(properties?: causeway.v1.Refused.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Refused code. */
            code: causeway.v1.RefusalCode;

            /** Refused message. */
            message: string;

            /**
             * Encodes the specified Refused message. Does not implicitly {@link causeway.v1.Refused.verify|verify} messages.
             * @param message Refused message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: causeway.v1.Refused.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Refused message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {causeway.v1.Refused & causeway.v1.Refused.$Shape} Refused
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): causeway.v1.Refused & causeway.v1.Refused.$Shape;
        }

        namespace Refused {

            /** Properties of a Refused. */
            interface $Properties {

                /** Refused code */
                code?: causeway.v1.RefusalCode;

                /** Refused message */
                message?: string;

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Refused. */
            type $Shape = causeway.v1.Refused.$Properties;
        }

        /**
         * Properties of a Held.
         * @deprecated Use causeway.v1.Held.$Properties instead.
         */
        interface IHeld extends causeway.v1.Held.$Properties {
        }

        /** Represents a Held. */
        class Held {

            /**
             * Constructs a new Held.
             * @param [properties] Properties to set
             */
            constructor(properties?: causeway.v1.Held.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Held history. */
            history: string;

            /** Held offset. */
            offset: (number|Long);

            /** Held replid. */
            replid: Uint8Array;

            /** Held snapshot. */
            snapshot: (causeway.v1.HeldSnapshot|null);

            /** Held beside. */
            beside: (causeway.v1.HeldSnapshot|null);

            /**
             * Encodes the specified Held message. Does not implicitly {@link causeway.v1.Held.verify|verify} messages.
             * @param message Held message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: causeway.v1.Held.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Held message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {causeway.v1.Held & causeway.v1.Held.$Shape} Held
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): causeway.v1.Held & causeway.v1.Held.$Shape;
        }

        namespace Held {

            /** Properties of a Held. */
            interface $Properties {

                /** Held history */
                history?: string;

                /** Held offset */
                offset?: (number|Long);

                /** Held replid */
                replid?: Uint8Array;

                /** Held snapshot */
                snapshot?: (causeway.v1.HeldSnapshot.$Properties|null);

                /** Held beside */
                beside?: (causeway.v1.HeldSnapshot.$Properties|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Held. */
            type $Shape = causeway.v1.Held.$Properties;
        }

        /**
         * Properties of a HeldSnapshot.
         * @deprecated Use causeway.v1.HeldSnapshot.$Properties instead.
         */
        interface IHeldSnapshot extends causeway.v1.HeldSnapshot.$Properties {
        }

        /** Represents a HeldSnapshot. */
        class HeldSnapshot {

            /**
             * Constructs a new HeldSnapshot.
             * @param [properties] Properties to set
             */
            constructor(properties?: causeway.v1.HeldSnapshot.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** HeldSnapshot id. */
            id: string;

            /** HeldSnapshot chunks. */
            chunks: number;

            /**
             * Encodes the specified HeldSnapshot message. Does not implicitly {@link causeway.v1.HeldSnapshot.verify|verify} messages.
             * @param message HeldSnapshot message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: causeway.v1.HeldSnapshot.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a HeldSnapshot message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {causeway.v1.HeldSnapshot & causeway.v1.HeldSnapshot.$Shape} HeldSnapshot
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): causeway.v1.HeldSnapshot & causeway.v1.HeldSnapshot.$Shape;
        }

        namespace HeldSnapshot {

            /** Properties of a HeldSnapshot. */
            interface $Properties {

                /** HeldSnapshot id */
                id?: string;

                /** HeldSnapshot chunks */
                chunks?: number;

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a HeldSnapshot. */
            type $Shape = causeway.v1.HeldSnapshot.$Properties;
        }

        /**
         * Properties of a Subscribe.
         * @deprecated Use causeway.v1.Subscribe.$Properties instead.
         */
        interface ISubscribe extends causeway.v1.Subscribe.$Properties {
        }

        /** Represents a Subscribe. */
        class Subscribe {

            /**
             * Constructs a new Subscribe.
             * @param [properties] Properties to set
             */
            constructor(properties?: causeway.v1.Subscribe.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Subscribe stream. */
            stream: string;

            /** Subscribe held. */
            held: causeway.v1.Held[];

            /** Subscribe windowBytes. */
            windowBytes: (number|Long);

            /** Subscribe codecs. */
            codecs: string[];

            /**
             * Encodes the specified Subscribe message. Does not implicitly {@link causeway.v1.Subscribe.verify|verify} messages.
             * @param message Subscribe message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: causeway.v1.Subscribe.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Subscribe message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {causeway.v1.Subscribe & causeway.v1.Subscribe.$Shape} Subscribe
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): causeway.v1.Subscribe & causeway.v1.Subscribe.$Shape;
        }

        namespace Subscribe {

            /** Properties of a Subscribe. */
            interface $Properties {

                /** Subscribe stream */
                stream?: string;

                /** Subscribe held */
                held?: causeway.v1.Held.$Properties[];

                /** Subscribe windowBytes */
                windowBytes?: (number|Long);

                /** Subscribe codecs */
                codecs?: string[];

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Subscribe. */
            type $Shape = causeway.v1.Subscribe.$Properties;
        }

        /**
         * Properties of a Mark.
         * @deprecated Use causeway.v1.Mark.$Properties instead.
         */
        interface IMark extends causeway.v1.Mark.$Properties {
        }

        /** Represents a Mark. */
        class Mark {

            /**
             * Constructs a new Mark.
             * @param [properties] Properties to set
             */
            constructor(properties?: causeway.v1.Mark.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Mark offset. */
            offset: (number|Long);

            /** Mark atMs. */
            atMs: number;

            /**
             * Encodes the specified Mark message. Does not implicitly {@link causeway.v1.Mark.verify|verify} messages.
             * @param message Mark message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: causeway.v1.Mark.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Mark message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {causeway.v1.Mark & causeway.v1.Mark.$Shape} Mark
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): causeway.v1.Mark & causeway.v1.Mark.$Shape;
        }

        namespace Mark {

            /** Properties of a Mark. */
            interface $Properties {

                /** Mark offset */
                offset?: (number|Long);

                /** Mark atMs */
                atMs?: number;

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Mark. */
            type $Shape = causeway.v1.Mark.$Properties;
        }

        /**
         * Properties of an Ack.
         * @deprecated Use causeway.v1.Ack.$Properties instead.
         */
        interface IAck extends causeway.v1.Ack.$Properties {
        }

        /** Represents an Ack. */
        class Ack {

            /**
             * Constructs a new Ack.
             * @param [properties] Properties to set
             */
            constructor(properties?: causeway.v1.Ack.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Ack stream. */
            stream: string;

            /** Ack history. */
            history: string;

            /** Ack received. */
            received: (causeway.v1.Mark|null);

            /** Ack durable. */
            durable: (causeway.v1.Mark|null);

            /** Ack applied. */
            applied: (causeway.v1.Mark|null);

            /** Ack consumedBytes. */
            consumedBytes: (number|Long);

            /** Ack behind. */
            behind: causeway.v1.BehindAck[];

            /**
             * Encodes the specified Ack message. Does not implicitly {@link causeway.v1.Ack.verify|verify} messages.
             * @param message Ack message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: causeway.v1.Ack.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes an Ack message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {causeway.v1.Ack & causeway.v1.Ack.$Shape} Ack
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): causeway.v1.Ack & causeway.v1.Ack.$Shape;
        }

        namespace Ack {

            /** Properties of an Ack. */
            interface $Properties {

                /** Ack stream */
                stream?: string;

                /** Ack history */
                history?: string;

                /** Ack received */
                received?: (causeway.v1.Mark.$Properties|null);

                /** Ack durable */
                durable?: (causeway.v1.Mark.$Properties|null);

                /** Ack applied */
                applied?: (causeway.v1.Mark.$Properties|null);

                /** Ack consumedBytes */
                consumedBytes?: (number|Long);

                /** Ack behind */
                behind?: causeway.v1.BehindAck.$Properties[];

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of an Ack. */
            type $Shape = causeway.v1.Ack.$Properties;
        }

        /**
         * Properties of a BehindAck.
         * @deprecated Use causeway.v1.BehindAck.$Properties instead.
         */
        interface IBehindAck extends causeway.v1.BehindAck.$Properties {
        }

        /** Represents a BehindAck. */
        class BehindAck {

            /**
             * Constructs a new BehindAck.
             * @param [properties] Properties to set
             */
            constructor(properties?: causeway.v1.BehindAck.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** BehindAck region. */
            region: string;

            /** BehindAck received. */
            received: (causeway.v1.Mark|null);

            /** BehindAck durable. */
            durable: (causeway.v1.Mark|null);

            /** BehindAck applied. */
            applied: (causeway.v1.Mark|null);

            /**
             * Encodes the specified BehindAck message. Does not implicitly {@link causeway.v1.BehindAck.verify|verify} messages.
             * @param message BehindAck message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: causeway.v1.BehindAck.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a BehindAck message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {causeway.v1.BehindAck & causeway.v1.BehindAck.$Shape} BehindAck
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): causeway.v1.BehindAck & causeway.v1.BehindAck.$Shape;
        }

        namespace BehindAck {

            /** Properties of a BehindAck. */
            interface $Properties {

                /** BehindAck region */
                region?: string;

                /** BehindAck received */
                received?: (causeway.v1.Mark.$Properties|null);

                /** BehindAck durable */
                durable?: (causeway.v1.Mark.$Properties|null);

                /** BehindAck applied */
                applied?: (causeway.v1.Mark.$Properties|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a BehindAck. */
            type $Shape = causeway.v1.BehindAck.$Properties;
        }

        /**
         * Properties of a SnapshotWanted.
         * @deprecated Use causeway.v1.SnapshotWanted.$Properties instead.
         */
        interface ISnapshotWanted extends causeway.v1.SnapshotWanted.$Properties {
        }

        /** Represents a SnapshotWanted. */
        class SnapshotWanted {

            /**
             * Constructs a new SnapshotWanted.
             * @param [properties] Properties to set
             */
            constructor(properties?: causeway.v1.SnapshotWanted.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** SnapshotWanted stream. */
            stream: string;

            /** SnapshotWanted from. */
            from: (number|Long);

            /**
             * Encodes the specified SnapshotWanted message. Does not implicitly {@link causeway.v1.SnapshotWanted.verify|verify} messages.
             * @param message SnapshotWanted message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: causeway.v1.SnapshotWanted.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a SnapshotWanted message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {causeway.v1.SnapshotWanted & causeway.v1.SnapshotWanted.$Shape} SnapshotWanted
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): causeway.v1.SnapshotWanted & causeway.v1.SnapshotWanted.$Shape;
        }

        namespace SnapshotWanted {

            /** Properties of a SnapshotWanted. */
            interface $Properties {

                /** SnapshotWanted stream */
                stream?: string;

                /** SnapshotWanted from */
                from?: (number|Long);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a SnapshotWanted. */
            type $Shape = causeway.v1.SnapshotWanted.$Properties;
        }

        /**
         * Properties of a SnapshotInfo.
         * @deprecated Use causeway.v1.SnapshotInfo.$Properties instead.
         */
        interface ISnapshotInfo extends causeway.v1.SnapshotInfo.$Properties {
        }

        /** Represents a SnapshotInfo. */
        class SnapshotInfo {

            /**
             * Constructs a new SnapshotInfo.
             * @param [properties] Properties to set
             */
            constructor(properties?: causeway.v1.SnapshotInfo.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** SnapshotInfo id. */
            id: string;

            /** SnapshotInfo offset. */
            offset: (number|Long);

            /** SnapshotInfo replid. */
            replid: Uint8Array;

            /** SnapshotInfo db. */
            db: number;

            /**
             * Encodes the specified SnapshotInfo message. Does not implicitly {@link causeway.v1.SnapshotInfo.verify|verify} messages.
             * @param message SnapshotInfo message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: causeway.v1.SnapshotInfo.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a SnapshotInfo message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {causeway.v1.SnapshotInfo & causeway.v1.SnapshotInfo.$Shape} SnapshotInfo
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): causeway.v1.SnapshotInfo & causeway.v1.SnapshotInfo.$Shape;
        }

        namespace SnapshotInfo {

            /** Properties of a SnapshotInfo. */
            interface $Properties {

                /** SnapshotInfo id */
                id?: string;

                /** SnapshotInfo offset */
                offset?: (number|Long);

                /** SnapshotInfo replid */
                replid?: Uint8Array;

                /** SnapshotInfo db */
                db?: number;

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a SnapshotInfo. */
            type $Shape = causeway.v1.SnapshotInfo.$Properties;
        }

        /**
         * Properties of a Start.
         * @deprecated Use causeway.v1.Start.$Properties instead.
         */
        interface IStart extends causeway.v1.Start.$Properties {
        }

        /** Represents a Start. */
        class Start {

            /**
             * Constructs a new Start.
             * @param [properties] Properties to set
             */
            constructor(properties?: causeway.v1.Start.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Start stream. */
            stream: string;

            /** Start history. */
            history: string;

            /** Start from. */
            from: (number|Long);

            /** Start snapshot. */
            snapshot: (causeway.v1.SnapshotInfo|null);

            /** Start firstChunk. */
            firstChunk: number;

            /** Start beside. */
            beside: boolean;

            /**
             * Encodes the specified Start message. Does not implicitly {@link causeway.v1.Start.verify|verify} messages.
             * @param message Start message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: causeway.v1.Start.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Start message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {causeway.v1.Start & causeway.v1.Start.$Shape} Start
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): causeway.v1.Start & causeway.v1.Start.$Shape;
        }

        namespace Start {

            /** Properties of a Start. */
            interface $Properties {

                /** Start stream */
                stream?: string;

                /** Start history */
                history?: string;

                /** Start from */
                from?: (number|Long);

                /** Start snapshot */
                snapshot?: (causeway.v1.SnapshotInfo.$Properties|null);

                /** Start firstChunk */
                firstChunk?: number;

                /** Start beside */
                beside?: boolean;

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Start. */
            type $Shape = causeway.v1.Start.$Properties;
        }

        /**
         * Properties of a Records.
         * @deprecated Use causeway.v1.Records.$Properties instead.
         */
        interface IRecords extends causeway.v1.Records.$Properties {
        }

        /** Represents a Records. */
        class Records {

            /**
             * Constructs a new Records.
             * @param [properties] Properties to set
             */
            constructor(properties?: causeway.v1.Records.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Records stream. */
            stream: string;

            /** Records records. */
            records: Uint8Array[];

            /**
             * Encodes the specified Records message. Does not implicitly {@link causeway.v1.Records.verify|verify} messages.
             * @param message Records message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: causeway.v1.Records.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Records message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {causeway.v1.Records & causeway.v1.Records.$Shape} Records
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): causeway.v1.Records & causeway.v1.Records.$Shape;
        }

        namespace Records {

            /** Properties of a Records. */
            interface $Properties {

                /** Records stream */
                stream?: string;

                /** Records records */
                records?: Uint8Array[];

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Records. */
            type $Shape = causeway.v1.Records.$Properties;
        }

        /**
         * Properties of a PackedRecords.
         * @deprecated Use causeway.v1.PackedRecords.$Properties instead.
         */
        interface IPackedRecords extends causeway.v1.PackedRecords.$Properties {
        }

        /** Represents a PackedRecords. */
        class PackedRecords {

            /**
             * Constructs a new PackedRecords.
             * @param [properties] Properties to set
             */
            constructor(properties?: causeway.v1.PackedRecords.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** PackedRecords stream. */
            stream: string;

            /** PackedRecords codec. */
            codec: number;

            /** PackedRecords rawBytes. */
            rawBytes: number;

            /** PackedRecords dictionary. */
            dictionary: number;

            /** PackedRecords packed. */
            packed: Uint8Array;

            /**
             * Encodes the specified PackedRecords message. Does not implicitly {@link causeway.v1.PackedRecords.verify|verify} messages.
             * @param message PackedRecords message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: causeway.v1.PackedRecords.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a PackedRecords message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {causeway.v1.PackedRecords & causeway.v1.PackedRecords.$Shape} PackedRecords
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): causeway.v1.PackedRecords & causeway.v1.PackedRecords.$Shape;
        }

        namespace PackedRecords {

            /** Properties of a PackedRecords. */
            interface $Properties {

                /** PackedRecords stream */
                stream?: string;

                /** PackedRecords codec */
                codec?: number;

                /** PackedRecords rawBytes */
                rawBytes?: number;

                /** PackedRecords dictionary */
                dictionary?: number;

                /** PackedRecords packed */
                packed?: Uint8Array;

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a PackedRecords. */
            type $Shape = causeway.v1.PackedRecords.$Properties;
        }

        /**
         * Properties of a SnapshotChunk.
         * @deprecated Use causeway.v1.SnapshotChunk.$Properties instead.
         */
        interface ISnapshotChunk extends causeway.v1.SnapshotChunk.$Properties {
        }

        /** Represents a SnapshotChunk. */
        class SnapshotChunk {

            /**
             * Constructs a new SnapshotChunk.
             * @param [properties] Properties to set
             */
            constructor(properties?: causeway.v1.SnapshotChunk.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** SnapshotChunk stream. */
            stream: string;

            /** SnapshotChunk snapshotId. */
            snapshotId: string;

            /** SnapshotChunk chunk. */
            chunk: Uint8Array;

            /** SnapshotChunk rdbBytes. */
            rdbBytes: (number|Long);

            /**
             * Encodes the specified SnapshotChunk message. Does not implicitly {@link causeway.v1.SnapshotChunk.verify|verify} messages.
             * @param message SnapshotChunk message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: causeway.v1.SnapshotChunk.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a SnapshotChunk message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {causeway.v1.SnapshotChunk & causeway.v1.SnapshotChunk.$Shape} SnapshotChunk
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): causeway.v1.SnapshotChunk & causeway.v1.SnapshotChunk.$Shape;
        }

        namespace SnapshotChunk {

            /** Properties of a SnapshotChunk. */
            interface $Properties {

                /** SnapshotChunk stream */
                stream?: string;

                /** SnapshotChunk snapshotId */
                snapshotId?: string;

                /** SnapshotChunk chunk */
                chunk?: Uint8Array;

                /** SnapshotChunk rdbBytes */
                rdbBytes?: (number|Long);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a SnapshotChunk. */
            type $Shape = causeway.v1.SnapshotChunk.$Properties;
        }

        /**
         * Properties of a SnapshotEnd.
         * @deprecated Use causeway.v1.SnapshotEnd.$Properties instead.
         */
        interface ISnapshotEnd extends causeway.v1.SnapshotEnd.$Properties {
        }

        /** Represents a SnapshotEnd. */
        class SnapshotEnd {

            /**
             * Constructs a new SnapshotEnd.
             * @param [properties] Properties to set
             */
            constructor(properties?: causeway.v1.SnapshotEnd.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** SnapshotEnd stream. */
            stream: string;

            /** SnapshotEnd snapshotId. */
            snapshotId: string;

            /**
             * Encodes the specified SnapshotEnd message. Does not implicitly {@link causeway.v1.SnapshotEnd.verify|verify} messages.
             * @param message SnapshotEnd message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: causeway.v1.SnapshotEnd.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a SnapshotEnd message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {causeway.v1.SnapshotEnd & causeway.v1.SnapshotEnd.$Shape} SnapshotEnd
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): causeway.v1.SnapshotEnd & causeway.v1.SnapshotEnd.$Shape;
        }

        namespace SnapshotEnd {

            /** Properties of a SnapshotEnd. */
            interface $Properties {

                /** SnapshotEnd stream */
                stream?: string;

                /** SnapshotEnd snapshotId */
                snapshotId?: string;

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a SnapshotEnd. */
            type $Shape = causeway.v1.SnapshotEnd.$Properties;
        }

        /**
         * Properties of a SnapshotAborted.
         * @deprecated Use causeway.v1.SnapshotAborted.$Properties instead.
         */
        interface ISnapshotAborted extends causeway.v1.SnapshotAborted.$Properties {
        }

        /** Represents a SnapshotAborted. */
        class SnapshotAborted {

            /**
             * Constructs a new SnapshotAborted.
             * @param [properties] Properties to set
             */
            constructor(properties?: causeway.v1.SnapshotAborted.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** SnapshotAborted stream. */
            stream: string;

            /** SnapshotAborted snapshotId. */
            snapshotId: string;

            /**
             * Encodes the specified SnapshotAborted message. Does not implicitly {@link causeway.v1.SnapshotAborted.verify|verify} messages.
             * @param message SnapshotAborted message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: causeway.v1.SnapshotAborted.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a SnapshotAborted message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {causeway.v1.SnapshotAborted & causeway.v1.SnapshotAborted.$Shape} SnapshotAborted
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): causeway.v1.SnapshotAborted & causeway.v1.SnapshotAborted.$Shape;
        }

        namespace SnapshotAborted {

            /** Properties of a SnapshotAborted. */
            interface $Properties {

                /** SnapshotAborted stream */
                stream?: string;

                /** SnapshotAborted snapshotId */
                snapshotId?: string;

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a SnapshotAborted. */
            type $Shape = causeway.v1.SnapshotAborted.$Properties;
        }

        /**
         * Properties of a Head.
         * @deprecated Use causeway.v1.Head.$Properties instead.
         */
        interface IHead extends causeway.v1.Head.$Properties {
        }

        /** Represents a Head. */
        class Head {

            /**
             * Constructs a new Head.
             * @param [properties] Properties to set
             */
            constructor(properties?: causeway.v1.Head.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Head stream. */
            stream: string;

            /** Head history. */
            history: string;

            /** Head offset. */
            offset: (number|Long);

            /**
             * Encodes the specified Head message. Does not implicitly {@link causeway.v1.Head.verify|verify} messages.
             * @param message Head message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: causeway.v1.Head.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Head message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {causeway.v1.Head & causeway.v1.Head.$Shape} Head
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): causeway.v1.Head & causeway.v1.Head.$Shape;
        }

        namespace Head {

            /** Properties of a Head. */
            interface $Properties {

                /** Head stream */
                stream?: string;

                /** Head history */
                history?: string;

                /** Head offset */
                offset?: (number|Long);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Head. */
            type $Shape = causeway.v1.Head.$Properties;
        }

        /**
         * Properties of a Ping.
         * @deprecated Use causeway.v1.Ping.$Properties instead.
         */
        interface IPing extends causeway.v1.Ping.$Properties {
        }

        /** Represents a Ping. */
        class Ping {

            /**
             * Constructs a new Ping.
             * @param [properties] Properties to set
             */
            constructor(properties?: causeway.v1.Ping.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Ping id. */
            id: number;

            /** Ping sentAtMs. */
            sentAtMs: number;

            /** Ping heads. */
            heads: causeway.v1.Head[];

            /**
             * Encodes the specified Ping message. Does not implicitly {@link causeway.v1.Ping.verify|verify} messages.
             * @param message Ping message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: causeway.v1.Ping.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Ping message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {causeway.v1.Ping & causeway.v1.Ping.$Shape} Ping
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): causeway.v1.Ping & causeway.v1.Ping.$Shape;
        }

        namespace Ping {

            /** Properties of a Ping. */
            interface $Properties {

                /** Ping id */
                id?: number;

                /** Ping sentAtMs */
                sentAtMs?: number;

                /** Ping heads */
                heads?: causeway.v1.Head.$Properties[];

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Ping. */
            type $Shape = causeway.v1.Ping.$Properties;
        }

        /**
         * Properties of a Pong.
         * @deprecated Use causeway.v1.Pong.$Properties instead.
         */
        interface IPong extends causeway.v1.Pong.$Properties {
        }

        /** Represents a Pong. */
        class Pong {

            /**
             * Constructs a new Pong.
             * @param [properties] Properties to set
             */
            constructor(properties?: causeway.v1.Pong.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Pong id. */
            id: number;

            /** Pong pingSentAtMs. */
            pingSentAtMs: number;

            /** Pong receivedAtMs. */
            receivedAtMs: number;

            /** Pong sentAtMs. */
            sentAtMs: number;

            /**
             * Encodes the specified Pong message. Does not implicitly {@link causeway.v1.Pong.verify|verify} messages.
             * @param message Pong message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: causeway.v1.Pong.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Pong message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {causeway.v1.Pong & causeway.v1.Pong.$Shape} Pong
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): causeway.v1.Pong & causeway.v1.Pong.$Shape;
        }

        namespace Pong {

            /** Properties of a Pong. */
            interface $Properties {

                /** Pong id */
                id?: number;

                /** Pong pingSentAtMs */
                pingSentAtMs?: number;

                /** Pong receivedAtMs */
                receivedAtMs?: number;

                /** Pong sentAtMs */
                sentAtMs?: number;

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Pong. */
            type $Shape = causeway.v1.Pong.$Properties;
        }

        /**
         * Properties of a Bye.
         * @deprecated Use causeway.v1.Bye.$Properties instead.
         */
        interface IBye extends causeway.v1.Bye.$Properties {
        }

        /** Represents a Bye. */
        class Bye {

            /**
             * Constructs a new Bye.
             * @param [properties] Properties to set
             */
            constructor(properties?: causeway.v1.Bye.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Bye reason. */
            reason: string;

            /**
             * Encodes the specified Bye message. Does not implicitly {@link causeway.v1.Bye.verify|verify} messages.
             * @param message Bye message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: causeway.v1.Bye.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Bye message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {causeway.v1.Bye & causeway.v1.Bye.$Shape} Bye
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): causeway.v1.Bye & causeway.v1.Bye.$Shape;
        }

        namespace Bye {

            /** Properties of a Bye. */
            interface $Properties {

                /** Bye reason */
                reason?: string;

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Bye. */
            type $Shape = causeway.v1.Bye.$Properties;
        }
    }
}
