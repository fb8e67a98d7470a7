/// The fleet's tables in PostgreSQL 15 or later, version by version, in the schema `bellhop`. A migration that was ever released is never
/// changed: add another.
///
/// A site is a place; a source is one responder's ledger there, of which a pair has two. A row of `events` is known by its source and its
/// number in that ledger. MAC addresses and IPv4 addresses are the 48 and 32 bits as numbers; `details` and `told` are JSON objects.
enum FleetSchema {
    static let migrations = [tables + rights + housekeeping]

    private static let tables = """
        CREATE TABLE bellhop.sites (
            id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            name text NOT NULL UNIQUE CHECK (length(name) BETWEEN 1 AND 63),
            role name NOT NULL
        );
        CREATE INDEX ON bellhop.sites (role);

        CREATE TABLE bellhop.sources (
            id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            site integer NOT NULL REFERENCES bellhop.sites,
            ledger bigint NOT NULL,
            host text NOT NULL,
            version text NOT NULL,
            segment text,
            events bigint NOT NULL DEFAULT 0,
            changes bigint NOT NULL DEFAULT 0,
            waiting bigint NOT NULL DEFAULT 0,
            lost bigint NOT NULL DEFAULT 0,
            answers boolean NOT NULL DEFAULT true,
            heard timestamptz NOT NULL DEFAULT now(),
            UNIQUE (site, ledger)
        ) WITH (fillfactor = 70);

        CREATE TABLE bellhop.devices (
            site integer NOT NULL,
            mac bigint NOT NULL,
            vendor text, family text, model text, version text,
            address bigint,
            interface text,
            -- Four octets a tag as on the wire: type, then priority and identifier.
            vlan_tags bytea,
            relay bigint,
            sip_port integer,
            stage text,
            stage_since timestamptz,
            first_seen timestamptz NOT NULL,
            last_seen timestamptz NOT NULL,
            PRIMARY KEY (site, mac)
        ) WITH (fillfactor = 80);
        CREATE INDEX ON bellhop.devices (mac);
        CREATE INDEX ON bellhop.devices (last_seen DESC);

        CREATE TABLE bellhop.events (
            site integer NOT NULL,
            source integer NOT NULL,
            id bigint NOT NULL,
            time timestamptz NOT NULL,
            last_time timestamptz NOT NULL,
            repeats integer NOT NULL,
            mac bigint,
            interface text,
            name text NOT NULL,
            details text NOT NULL,
            PRIMARY KEY (source, id, time)
        ) PARTITION BY RANGE (time);
        CREATE INDEX ON bellhop.events (mac, site, time) WHERE mac IS NOT NULL;
        -- What a clock that is wrong dates to a day without a partition.
        CREATE TABLE bellhop.events_elsewhen PARTITION OF bellhop.events DEFAULT;

        CREATE TABLE bellhop.leases (
            site integer NOT NULL,
            segment text NOT NULL,
            address bigint NOT NULL,
            mac bigint NOT NULL,
            client_identifier bytea NOT NULL,
            interface text NOT NULL,
            state integer NOT NULL,
            granted timestamptz NOT NULL,
            expires timestamptz NOT NULL,
            host_name text,
            vendor text,
            PRIMARY KEY (site, segment, address)
        ) WITH (fillfactor = 80);

        CREATE TABLE bellhop.other_servers (
            site integer NOT NULL,
            address bigint NOT NULL,
            mac bigint NOT NULL,
            interface text NOT NULL,
            told text NOT NULL,
            first_seen timestamptz NOT NULL,
            last_seen timestamptz NOT NULL,
            PRIMARY KEY (site, address, mac, interface)
        );

        -- What devices.csv holds, heading by heading in its order; of every site where `site` is null.
        CREATE TABLE bellhop.known_devices (
            mac bigint PRIMARY KEY CHECK (mac BETWEEN 1 AND 281474976710655),
            site integer REFERENCES bellhop.sites,
            fields json NOT NULL,
            label text GENERATED ALWAYS AS (fields ->> 'label') STORED
        );
        -- Of those what anybody may see who sees phones.
        CREATE VIEW bellhop.labels AS SELECT mac, site, label FROM bellhop.known_devices WHERE label <> '';

        CREATE TABLE bellhop.house (keep_days integer NOT NULL CHECK (keep_days BETWEEN 1 AND 3650), tended timestamptz);
        INSERT INTO bellhop.house VALUES (30, NULL);

        CREATE FUNCTION bellhop.say_devices_changed() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN NOTIFY bellhop_devices; RETURN NULL; END $$;
        CREATE TRIGGER changed AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON bellhop.known_devices
            FOR EACH STATEMENT EXECUTE FUNCTION bellhop.say_devices_changed();

        -- Stable, as what they are made of: else they are not put in the place of their calls.
        CREATE FUNCTION bellhop.moment(bigint) RETURNS timestamptz LANGUAGE sql STABLE PARALLEL SAFE
            RETURN timestamptz 'epoch' + $1 * interval '1 microsecond';
        CREATE FUNCTION bellhop.microseconds(timestamptz) RETURNS bigint LANGUAGE sql STABLE PARALLEL SAFE
            -- Not by extract(), which reckons in decimal digits and takes five times as long. A double holds microseconds till 2106.
            RETURN round(date_part('epoch', $1) * 1000000)::bigint;

        """

    /// The role of a site reads and writes its own site's rows, by row level security; who looks at the page reads all, passwords of phones
    /// not among it.
    private static let rights = """
        CREATE FUNCTION bellhop.my_sites() RETURNS integer[] LANGUAGE sql STABLE SECURITY DEFINER
            SET search_path = pg_catalog, pg_temp
            AS 'SELECT coalesce(array_agg(id), ''{}'') FROM bellhop.sites WHERE role = session_user';

        DO $$
        DECLARE name text;
        BEGIN
            FOREACH name IN ARRAY ARRAY['sources', 'devices', 'events', 'leases', 'other_servers'] LOOP
                EXECUTE format('ALTER TABLE bellhop.%I ENABLE ROW LEVEL SECURITY', name);
                EXECUTE format('CREATE POLICY own ON bellhop.%I TO bellhop_shipper USING (site = ANY ((SELECT bellhop.my_sites())::integer[]))'
                    ' WITH CHECK (site = ANY ((SELECT bellhop.my_sites())::integer[]))', name);
                EXECUTE format('CREATE POLICY look ON bellhop.%I FOR SELECT TO bellhop_page USING (true)', name);
                EXECUTE format('GRANT SELECT ON bellhop.%I TO bellhop_page, bellhop_shipper', name);
            END LOOP;
        END $$;
        ALTER TABLE bellhop.known_devices ENABLE ROW LEVEL SECURITY;
        CREATE POLICY own ON bellhop.known_devices FOR SELECT TO bellhop_shipper
            USING (site IS NULL OR site = ANY ((SELECT bellhop.my_sites())::integer[]));

        GRANT USAGE ON SCHEMA bellhop TO bellhop_page, bellhop_shipper;
        GRANT SELECT ON bellhop.sites, bellhop.version TO bellhop_page, bellhop_shipper;
        GRANT SELECT ON bellhop.labels TO bellhop_page;
        GRANT SELECT ON bellhop.known_devices TO bellhop_shipper;
        GRANT INSERT, UPDATE ON bellhop.sources, bellhop.devices, bellhop.other_servers TO bellhop_shipper;
        GRANT INSERT, UPDATE, DELETE ON bellhop.leases TO bellhop_shipper;
        GRANT INSERT, UPDATE (last_time, repeats) ON bellhop.events TO bellhop_shipper;

        """

    /// What the fleet keeps of a site, those that were heard last: as many as a ledger does.
    private static let devicesOfSite = 200_000
    private static let serversOfSite = 1000

    /// Makes the days to come and takes away those that are over, once an hour, whoever calls first. No cron is needed.
    private static let housekeeping = """
        CREATE FUNCTION bellhop.tend() RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER
            SET search_path = pg_catalog, pg_temp SET lock_timeout = '3s' SET timezone = 'UTC' AS $$
        DECLARE
            keep integer;
            day date;
            old text;
            place integer;
        BEGIN
            IF NOT pg_try_advisory_xact_lock(1651272808, 1) THEN RETURN false; END IF;
            SELECT keep_days INTO keep FROM bellhop.house WHERE tended IS NULL OR tended < now() - interval '1 hour';
            IF NOT FOUND THEN RETURN false; END IF;
            FOR day IN SELECT d FROM generate_series(current_date - keep, current_date + 3, '1 day') d LOOP
                IF to_regclass('bellhop.events_' || to_char(day, 'YYYYMMDD')) IS NULL THEN
                    BEGIN
                        EXECUTE format('CREATE TABLE bellhop.%I PARTITION OF bellhop.events FOR VALUES FROM (%L) TO (%L)',
                            'events_' || to_char(day, 'YYYYMMDD'), day::timestamptz, (day + 1)::timestamptz);
                    EXCEPTION WHEN check_violation OR lock_not_available THEN NULL; -- that day's rows are in events_elsewhen
                    END;
                END IF;
            END LOOP;
            FOR old IN SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
                WHERE i.inhparent = 'bellhop.events'::regclass AND c.relname ~ '^events_[0-9]{8}$'
                AND c.relname < 'events_' || to_char(current_date - keep, 'YYYYMMDD') LOOP
                BEGIN
                    EXECUTE format('DROP TABLE bellhop.%I', old);
                EXCEPTION WHEN lock_not_available THEN RETURN false;
                END;
            END LOOP;
            DELETE FROM bellhop.events_elsewhen WHERE last_time < now() - make_interval(days => keep);
            -- What anybody can make up by sending frames is bounded. A shipper that holds such a row leaves it for the next hour.
            BEGIN
                DELETE FROM bellhop.devices WHERE vendor IS NULL AND last_seen < now() - interval '7 days';
                FOR place IN SELECT site FROM bellhop.devices GROUP BY site HAVING count(*) > \(devicesOfSite) LOOP
                    DELETE FROM bellhop.devices WHERE site = place AND last_seen <= (SELECT last_seen FROM bellhop.devices
                        WHERE site = place ORDER BY last_seen DESC OFFSET \(devicesOfSite) LIMIT 1);
                END LOOP;
                DELETE FROM bellhop.other_servers WHERE last_seen < now() - make_interval(days => keep);
                FOR place IN SELECT site FROM bellhop.other_servers GROUP BY site HAVING count(*) > \(serversOfSite) LOOP
                    DELETE FROM bellhop.other_servers WHERE site = place AND last_seen <= (SELECT last_seen FROM bellhop.other_servers
                        WHERE site = place ORDER BY last_seen DESC OFFSET \(serversOfSite) LIMIT 1);
                END LOOP;
            EXCEPTION WHEN lock_not_available OR deadlock_detected THEN NULL;
            END;
            UPDATE bellhop.house SET tended = now();
            RETURN true;
        END $$;
        REVOKE EXECUTE ON FUNCTION bellhop.tend() FROM PUBLIC;
        GRANT EXECUTE ON FUNCTION bellhop.tend() TO bellhop_shipper;
        SELECT bellhop.tend();
        """
}
