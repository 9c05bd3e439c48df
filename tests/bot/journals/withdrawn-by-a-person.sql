-- {"is_pending": true, "status": null, "verdict": "withdrawn"}
BEGIN TRANSACTION;
CREATE TABLE audit (
	seq INTEGER NOT NULL, 
	at VARCHAR(40) NOT NULL, 
	reference VARCHAR(200) NOT NULL, 
	old VARCHAR(20) NOT NULL, 
	new VARCHAR(20) NOT NULL, 
	"by" VARCHAR(100) NOT NULL, 
	detail TEXT NOT NULL, 
	PRIMARY KEY (seq)
);
INSERT INTO "audit" VALUES(1,'2026-01-05T01:30:00.000+00:00','http://127.0.0.1:8765|91440101000000019F|XW1','','ready','经办人','{}');
INSERT INTO "audit" VALUES(2,'2026-01-05T01:30:00.000+00:00','http://127.0.0.1:8765|91440101000000019F|XW1','ready','withdrawn','经办人','{"explanation": "经办人撤下，不再办理", "next_step": "要办时请写在清单里，再运行那份清单"}');
CREATE TABLE list_rows (
	list_digest VARCHAR(64) NOT NULL, 
	"row" INTEGER NOT NULL, 
	reference VARCHAR(200) NOT NULL, 
	PRIMARY KEY (list_digest, "row", reference)
);
INSERT INTO "list_rows" VALUES('list',2,'http://127.0.0.1:8765|91440101000000019F|XW1');
CREATE TABLE lists (
	list_digest VARCHAR(64) NOT NULL, 
	file VARCHAR(1000) NOT NULL, 
	number INTEGER NOT NULL, 
	PRIMARY KEY (list_digest)
);
CREATE TABLE requests (
	list_digest VARCHAR(64) NOT NULL, 
	"row" INTEGER NOT NULL, 
	uscc VARCHAR(18) NOT NULL, 
	data JSON NOT NULL, 
	code VARCHAR(40) NOT NULL, 
	explanation TEXT NOT NULL, 
	next_step TEXT NOT NULL, 
	changed_at VARCHAR(40) NOT NULL, 
	PRIMARY KEY (list_digest, "row")
);
CREATE TABLE runs (
	number INTEGER NOT NULL, 
	list_digest VARCHAR(64) NOT NULL, 
	work VARCHAR(20) NOT NULL, 
	started VARCHAR(40) NOT NULL, 
	ended VARCHAR(40) NOT NULL, 
	stopped TEXT NOT NULL, 
	audit_seq INTEGER NOT NULL, 
	PRIMARY KEY (number)
);
CREATE TABLE work_items (
	reference VARCHAR(200) NOT NULL, 
	portal_origin VARCHAR(100) NOT NULL, 
	uscc VARCHAR(18) NOT NULL, 
	enterprise_name VARCHAR(200) NOT NULL, 
	account VARCHAR(100) NOT NULL, 
	application_no VARCHAR(64) NOT NULL, 
	round INTEGER NOT NULL, 
	contact JSON NOT NULL, 
	expected_documents JSON NOT NULL, 
	state VARCHAR(20) NOT NULL, 
	code VARCHAR(40) NOT NULL, 
	explanation TEXT NOT NULL, 
	next_step TEXT NOT NULL, 
	snapshot JSON, 
	approval JSON, 
	confirmed_at VARCHAR(40) NOT NULL, 
	seen_pending_at VARCHAR(40) NOT NULL, 
	baseline JSON, 
	brought JSON, 
	changed_at VARCHAR(40) NOT NULL, 
	PRIMARY KEY (reference)
);
INSERT INTO "work_items" VALUES('http://127.0.0.1:8765|91440101000000019F|XW1','http://127.0.0.1:8765','91440101000000019F','模拟出口企业0001有限公司','mock0001','XW1',1,'{"name": "\u6a21\u62df\u8054\u7cfb\u4eba", "phone": "020-87654321", "mobile": "13800138000", "email": "contact@example.com", "remarks": ""}','[]','withdrawn','','经办人撤下，不再办理','要办时请写在清单里，再运行那份清单',NULL,NULL,'','',NULL,NULL,'2026-01-05T01:30:00.000+00:00');
CREATE INDEX ix_work_items_uscc ON work_items (uscc);
CREATE INDEX ix_audit_reference ON audit (reference);
COMMIT;
PRAGMA user_version = 7;
