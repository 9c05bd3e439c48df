-- {"is_pending": true, "status": "RETURNED", "verdict": "awaiting_approval"}
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
INSERT INTO "audit" VALUES(2,'2026-01-05T01:30:00.000+00:00','http://127.0.0.1:8765|91440101000000019F|XW1','ready','awaiting_approval','robot','{"explanation": "已与清单核对，等待批准", "next_step": "请由审批人用 single-window approve 查看后批准，或在设置中写明授权委托"}');
INSERT INTO "audit" VALUES(3,'2026-01-05T01:30:00.000+00:00','http://127.0.0.1:8765|91440101000000019F|XW1','awaiting_approval','approved','模拟签字人','{"approval": {"by": "模拟签字人", "ground": "授权委托", "digest": "ff9f3822fdf0ed7bd717b576ba8daf0e66fa16377685308ab66cec88901b6b2c", "at": "2026-01-05T01:30:00.000+00:00", "operator": ""}}');
INSERT INTO "audit" VALUES(4,'2026-01-05T01:30:00.000+00:00','http://127.0.0.1:8765|91440101000000019F|XW1','approved','intent','robot','{}');
INSERT INTO "audit" VALUES(5,'2026-01-05T01:30:00.000+00:00','http://127.0.0.1:8765|91440101000000019F|XW1','intent','pressing','模拟签字人','{"baseline": {"records": [], "portal_ahead_seconds": null}, "explanation": "已按下“确认投保”，还没有核验", "next_step": "请勿手工重复确认；稍后再运行一次由程序核验，仍存疑时登录门户查看或致电 95198", "seen_pending_at": ""}');
INSERT INTO "audit" VALUES(6,'2026-01-05T01:30:00.000+00:00','http://127.0.0.1:8765|91440101000000019F|XW1','pressing','confirmed','robot','{"code": "", "explanation": "门户显示“已确认(待审批)”", "next_step": "等待保险公司审批，生效时间以审批为准", "confirmed_at": "2026-11-30 17:00:02"}');
INSERT INTO "audit" VALUES(7,'2026-01-05T01:30:00.000+00:00','http://127.0.0.1:8765|91440101000000019F|XW1','confirmed','returned','robot','{"explanation": "保险公司已审批，退回修改：请核对", "next_step": "请按审批意见修改；重新提交、门户又列为“待确认”以后，再运行一次就办新一轮"}');
CREATE TABLE list_rows (
	list_digest VARCHAR(64) NOT NULL, 
	"row" INTEGER NOT NULL, 
	reference VARCHAR(200) NOT NULL, 
	PRIMARY KEY (list_digest, "row", reference)
);
INSERT INTO "list_rows" VALUES('list',2,'http://127.0.0.1:8765|91440101000000019F|XW1');
CREATE TABLE requests (
	list_digest VARCHAR(64) NOT NULL, 
	"row" INTEGER NOT NULL, 
	uscc VARCHAR(18) NOT NULL, 
	data JSON NOT NULL, 
	explanation TEXT NOT NULL, 
	next_step TEXT NOT NULL, 
	PRIMARY KEY (list_digest, "row")
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
	changed_at VARCHAR(40) NOT NULL, 
	PRIMARY KEY (reference)
);
INSERT INTO "work_items" VALUES('http://127.0.0.1:8765|91440101000000019F|XW1','http://127.0.0.1:8765','91440101000000019F','模拟出口企业0001有限公司','mock0001','XW1',1,'{"name": "\u6a21\u62df\u8054\u7cfb\u4eba", "phone": "020-87654321", "mobile": "13800138000", "email": "contact@example.com", "remarks": ""}','[]','returned','','保险公司已审批，退回修改：请核对','请按审批意见修改；重新提交、门户又列为“待确认”以后，再运行一次就办新一轮','{"origin": "http://127.0.0.1:8765", "fields": [["\u7533\u8bf7\u7f16\u53f7", "XW1"], ["\u4f01\u4e1a\u540d\u79f0", "\u6a21\u62df\u51fa\u53e3\u4f01\u4e1a0001\u6709\u9650\u516c\u53f8"], ["\u7edf\u4e00\u793e\u4f1a\u4fe1\u7528\u4ee3\u7801", "91440101000000019F"], ["\u7ec4\u7ec7\u673a\u6784\u4ee3\u7801", "000000019"], ["\u4ea7\u54c1\u540d\u79f0", "\u5c0f\u5fae\u4f01\u4e1a\u4fe1\u4fdd\u6613"], ["\u72b6\u6001", "\u5f85\u786e\u8ba4"]], "declaration": {"clauses": ["\u6211\u516c\u53f8\u7533\u8bf7\u5f00\u901a\u4e2d\u56fd\u4fe1\u4fdd\u201c\u4e2d\u5c0f\u4f01\u4e1a\u7f51\u4e0a\u670d\u52a1\u5e73\u53f0\u201d\u8d26\u53f7\u5e76\u6839\u636e\u300a\u4e2d\u56fd\u51fa\u53e3\u4fe1\u7528\u4fdd\u9669\u516c\u53f8\u7f51\u4e0a\u4e1a\u52a1\u670d\u52a1\u534f\u8bae\u300b\u7ea6\u5b9a\u4f7f\u7528\u4e2d\u56fd\u4fe1\u4fdd\u201c\u4e2d\u5c0f\u4f01\u4e1a\u7f51\u4e0a\u670d\u52a1\u5e73\u53f0\u201d\u670d\u52a1\u3002", "\u6211\u516c\u53f8\u5df2\u67e5\u770b\u4ee5\u4e0a\u6295\u4fdd\u4fe1\u606f\uff0c\u5e76\u5bf9\u4ee5\u4e0a\u6295\u4fdd\u4fe1\u606f\u786e\u8ba4\u65e0\u8bef\u3002", "\u6211\u516c\u53f8\u5df2\u9605\u8bfb\u8be5\u4ea7\u54c1\u6761\u6b3e\uff0c\u7279\u522b\u5c31\u6761\u6b3e\u4e2d\u6709\u5173\u8d23\u4efb\u514d\u9664\u548c\u88ab\u4fdd\u9669\u4eba\u4e49\u52a1\u7684\u5185\u5bb9\u8fdb\u884c\u9605\u8bfb\uff0c\u5145\u5206\u7406\u89e3\u5e76\u540c\u610f\u63a5\u53d7\u6761\u6b3e\u5168\u90e8\u5185\u5bb9\u3002"], "label": "\u5df2\u8ba4\u771f\u9605\u8bfb\u4ee5\u4e0a\u5185\u5bb9\u5e76\u540c\u610f"}, "documents": [["\u4e2d\u5c0f\u4f01\u4e1a\u7efc\u5408\u4fdd\u9669\u7eed\u8f6c\u5355\u8bc1(\u5c0f\u5fae\u4f01\u4e1a\u9002\u7528)", "c9bb893bb6dcd937afc196fe4b710f495225d15b25cf98780a8fbd3b37fedb06"]]}','{"by": "\u6a21\u62df\u7b7e\u5b57\u4eba", "ground": "\u6388\u6743\u59d4\u6258", "digest": "ff9f3822fdf0ed7bd717b576ba8daf0e66fa16377685308ab66cec88901b6b2c", "at": "2026-01-05T01:30:00.000+00:00", "operator": ""}','2026-11-30 17:00:02','','{"records": [], "portal_ahead_seconds": null}','2026-01-05T01:30:00.000+00:00');
CREATE INDEX ix_work_items_uscc ON work_items (uscc);
CREATE INDEX ix_audit_reference ON audit (reference);
COMMIT;
PRAGMA user_version = 3;
