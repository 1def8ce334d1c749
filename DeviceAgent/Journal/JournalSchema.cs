namespace DeviceAgent.Journal;

/// <summary>The tables, as numbered steps that only add.</summary>
/// <remarks>
/// A release must open what its successor wrote, because an update may be rolled back: a step adds tables, columns with a default and
/// indexes, nothing else, and new words for states and kinds take effect only where this release leaves them alone.
/// A step that older releases cannot live with raises <see cref="MinimumReader"/> in meta.
/// Row ids are dense and the newest row of a table is never deleted: totals are told from the highest id, and the process id of an
/// attempt from its own. Times are UTC milliseconds since 1970. No CHECK on words: a newer release may write others.
/// </remarks>
internal static class JournalSchema
{
    /// <summary>"DAJ1", PRAGMA application_id.</summary>
    public const int ApplicationId = 0x44414A31;

    public const string JournalId = "journal_id";
    public const string Epoch = "epoch";
    public const string SchemaVersion = "schema_version";
    /// <summary>The lowest schema version whose release may open the file.</summary>
    public const string MinimumReader = "minimum_reader";
    public const string CreatedAt = "created_at";
    /// <summary>The key that personal data is sealed with; empty when the journal was made without one.</summary>
    public const string KeyId = "key_id";
    public const string ProcessIdStart = "process_id_start";
    /// <summary>"active" while a technician has taken the kiosk out of service.</summary>
    public const string Maintenance = "maintenance";
    /// <summary>Which board it belongs to, <see cref="BoardIdentity.Of"/>; a key is missing where it could not be told.</summary>
    public const string BoardDeviceTree = "board_device_tree", BoardDmi = "board_dmi", BoardMachineId = "board_machine_id";
    /// <summary>The journal that was here before this one; empty in the first.</summary>
    public const string Replaces = "replaces";
    /// <summary>Why it is not used until a person adopts it; empty otherwise.</summary>
    public const string Distrusted = "distrusted";
    /// <summary>Attempts up to this one tell nothing about a printer's counter any more: it was adopted after them.</summary>
    public const string CountersFrom = "counters_from";

    /// <summary>Confirmed notices to the station: no index tells them from the platform's reports.</summary>
    public const string NoticesConfirmed = "notices_confirmed";

    /// <summary>"attempt:number": the number that follows this attempt on pre-numbered paper, unless a later attempt took one. Missing until a person told it.</summary>
    public const string Stock = "stock";

    /// <summary>Attempts up to this one are counted in printer_use; missing: none.</summary>
    public const string PrinterUseTo = "printer_use_to";

    /// <summary>The issuance of attempts that are of no order.</summary>
    public const long NoIssuance = 0;

    /// <summary>Issuances that were deleted and had not been issued: totals are told from the highest id.</summary>
    public const string UnissuedRetired = "unissued_retired";

    /// <summary>
    /// For a new file, before its first table: free pages can be given back a few at a time. A file of an older release keeps its free pages and
    /// uses them again; to change it takes a VACUUM of the whole. sqlite.org/pragma.html#pragma_auto_vacuum.
    /// </summary>
    public const string AutoVacuum = "PRAGMA auto_vacuum = INCREMENTAL";

    public static int Version => Steps.Count;

    /// <summary>Step n brings a file from version n to n + 1.</summary>
    public static IReadOnlyList<string> Steps { get; } =
    [
        $"""
        CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;

        CREATE TABLE issuance (
            id INTEGER PRIMARY KEY,
            journey TEXT NOT NULL,
            order_number TEXT NOT NULL,
            state TEXT NOT NULL,
            -- 1 until the state is a final one; written with the state.
            open INTEGER NOT NULL DEFAULT 1,
            created_at INTEGER NOT NULL,
            changed_at INTEGER NOT NULL,
            ticket_count INTEGER NOT NULL DEFAULT 0,
            report INTEGER,
            reason TEXT,
            accepted BLOB
        ) STRICT;
        CREATE UNIQUE INDEX issuance_order ON issuance (order_number, journey);
        CREATE INDEX issuance_open ON issuance (id) WHERE {JournalSql.IsOpen};
        CREATE INDEX issuance_unissued ON issuance (state) WHERE {JournalSql.IsClosedUnissued};

        CREATE TABLE attempt (
            id INTEGER PRIMARY KEY,
            issuance INTEGER NOT NULL,
            kind TEXT NOT NULL,
            ticket_index INTEGER NOT NULL,
            process_id TEXT NOT NULL,
            started_at INTEGER NOT NULL,
            before_unit TEXT NOT NULL,
            before_serial TEXT,
            before_cuts INTEGER,
            before_exact INTEGER NOT NULL,
            before_idle INTEGER NOT NULL,
            before_disturbances INTEGER NOT NULL,
            before_run BLOB NOT NULL,
            before_connection TEXT,
            ended_at INTEGER,
            outcome TEXT,
            bytes_sent INTEGER,
            judgement TEXT,
            after_unit TEXT,
            after_serial TEXT,
            after_cuts INTEGER,
            after_exact INTEGER,
            after_idle INTEGER,
            after_disturbances INTEGER,
            after_run BLOB,
            after_connection TEXT
        ) STRICT;
        CREATE INDEX attempt_issuance ON attempt (issuance);

        CREATE TABLE outbox (
            id INTEGER PRIMARY KEY,
            order_number TEXT NOT NULL,
            kind TEXT NOT NULL,
            payload_version INTEGER NOT NULL,
            success INTEGER NOT NULL,
            state TEXT NOT NULL,
            -- 1 while it holds back the later reports of its order; written with the state.
            open INTEGER NOT NULL DEFAULT 1,
            not_before INTEGER NOT NULL DEFAULT 0,
            sends INTEGER NOT NULL DEFAULT 0,
            fate_unknown INTEGER NOT NULL DEFAULT 0,
            created_at INTEGER NOT NULL,
            changed_at INTEGER NOT NULL,
            park_reason TEXT,
            evidence TEXT,
            payload BLOB NOT NULL,
            personal BLOB
        ) STRICT;
        CREATE INDEX outbox_open ON outbox (order_number) WHERE {JournalSql.IsOpen};
        CREATE INDEX outbox_waiting ON outbox (id, not_before) WHERE {JournalSql.IsOpen};
        CREATE INDEX outbox_retry ON outbox (not_before) WHERE {JournalSql.IsRetry};
        CREATE INDEX outbox_unconfirmed ON outbox (state) WHERE {JournalSql.IsClosedUnconfirmed};

        -- late: by how much at lies before the latest time that was ever written; at + late of the newest row is the journal's time.
        CREATE TABLE audit (
            id INTEGER PRIMARY KEY,
            at INTEGER NOT NULL,
            late INTEGER NOT NULL DEFAULT 0,
            what TEXT NOT NULL,
            details TEXT NOT NULL
        ) STRICT;

        CREATE TABLE device_counter (
            unit TEXT PRIMARY KEY,
            model TEXT,
            echoes_process_id INTEGER NOT NULL,
            cuts_exact INTEGER,
            cuts INTEGER,
            seen_at INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;
        """,
        """
        CREATE TABLE decision (
            id INTEGER PRIMARY KEY,
            issuance INTEGER NOT NULL,
            at INTEGER NOT NULL,
            decided TEXT NOT NULL,
            by_whom TEXT NOT NULL,
            reason TEXT NOT NULL,
            platform TEXT NOT NULL,
            last_attempt INTEGER NOT NULL
        ) STRICT;
        CREATE INDEX decision_issuance ON decision (issuance);

        ALTER TABLE issuance ADD COLUMN slip_owed INTEGER NOT NULL DEFAULT 0;
        CREATE INDEX issuance_slip ON issuance (id) WHERE slip_owed = 1;

        ALTER TABLE attempt ADD COLUMN copy INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE attempt ADD COLUMN millimetres INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE attempt ADD COLUMN before_read_at INTEGER;
        ALTER TABLE attempt ADD COLUMN before_calm_since INTEGER;
        ALTER TABLE attempt ADD COLUMN after_read_at INTEGER;
        ALTER TABLE attempt ADD COLUMN after_calm_since INTEGER;

        ALTER TABLE device_counter ADD COLUMN low_since_attempt INTEGER;
        """,
        $"""
        ALTER TABLE issuance ADD COLUMN intents INTEGER NOT NULL DEFAULT 0;

        -- Null in a row of an older release: the bus order of that number.
        ALTER TABLE outbox ADD COLUMN issuance INTEGER;
        -- 1 once the personal data is erased, here and in the issuance.
        ALTER TABLE outbox ADD COLUMN purged INTEGER NOT NULL DEFAULT 0;
        CREATE INDEX outbox_unpurged ON outbox (changed_at) WHERE {JournalSql.IsUnpurged};
        -- A platform's report that waits for nothing is in none of these.
        CREATE INDEX outbox_notices ON outbox (issuance) WHERE {JournalSql.IsForStation};
        CREATE INDEX outbox_notices_waiting ON outbox (id, not_before) WHERE {JournalSql.IsOpen} AND {JournalSql.IsForStation};
        CREATE INDEX outbox_notices_retry ON outbox (not_before) WHERE {JournalSql.IsRetry} AND {JournalSql.IsForStation};
        CREATE INDEX outbox_reports_retry ON outbox (not_before) WHERE {JournalSql.IsRetry} AND {JournalSql.IsForPlatform};
        """,
        """
        ALTER TABLE device_counter ADD COLUMN capabilities TEXT;

        -- An attempt of issuance 0 is of no order: the test strip of a paper change. An older release finds it under no order and leaves it alone.
        ALTER TABLE attempt ADD COLUMN stock TEXT;

        -- What attempts did that are deleted, or are many: the rest is summed up from the attempts when asked.
        CREATE TABLE printer_use (
            unit TEXT PRIMARY KEY,
            since INTEGER NOT NULL,
            tickets INTEGER NOT NULL,
            millimetres INTEGER NOT NULL,
            cuts INTEGER NOT NULL,
            faults INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;
        -- The lengths of what an older release printed are not all known: counting begins here.
        INSERT INTO meta (key, value) SELECT 'printer_use_to', coalesce(max(id), 0) FROM attempt;
        """,
    ];
}
