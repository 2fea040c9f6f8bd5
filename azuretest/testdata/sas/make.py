#!/usr/bin/env python3
"""Makes vectors.json: shared access signatures worked out without any of this
repository's code, from the string-to-sign tables of
https://learn.microsoft.com/rest/api/storageservices/create-service-sas and
https://learn.microsoft.com/rest/api/storageservices/create-account-sas
Run it by hand, in this folder, when a case is added: python3 make.py"""
import base64, hashlib, hmac, json

KEY = base64.b64encode(bytes(range(64))).decode()
ACCOUNT = "contoso"


def sign(text):
    mac = hmac.new(base64.b64decode(KEY), text.encode("utf-8"), hashlib.sha256)
    return base64.b64encode(mac.digest()).decode()


def service(name, path, **f):
    g = lambda k: f.get(k, "")
    canonical = "/blob/" + ACCOUNT + path
    if f["sv"] < "2018-11-09":
        names = "sp st se CANON si sip spr sv rscc rscd rsce rscl rsct"
    elif f["sv"] < "2020-12-06":
        names = "sp st se CANON si sip spr sv sr SNAP rscc rscd rsce rscl rsct"
    else:
        names = "sp st se CANON si sip spr sv sr SNAP ses rscc rscd rsce rscl rsct"
    text = "\n".join(canonical if n == "CANON" else "" if n == "SNAP" else g(n) for n in names.split())
    return {"name": name, "fields": {**f, "sig": sign(text)}, "path": path, "stringToSign": text}


def account(name, **f):
    g = lambda k: f.get(k, "")
    names = "sp ss srt st se sip spr sv" + (" ses" if f["sv"] >= "2020-12-06" else "")
    text = ACCOUNT + "\n" + "".join(g(n) + "\n" for n in names.split())
    return {"name": name, "fields": {**f, "sig": sign(text)}, "stringToSign": text}


END, START = "2035-01-02T03:04:05Z", "2019-12-31T23:00:00Z"
out = []
for sv in ["2015-04-05", "2017-07-29", "2018-03-28", "2018-11-09", "2020-10-02", "2020-12-06", "2022-11-02", "2026-12-06"]:
    out.append(service("container, " + sv, "/box", sv=sv, sr="c", se=END, sp="rcwl"))
    out.append(account("account, " + sv, sv=sv, ss="b", srt="sco", sp="rwdlc", se=END))
for sv in ["2015-04-05", "2018-11-09", "2020-12-06"]:
    out.append(service("blob, all fields, " + sv, "/box/a b/ü.txt", sv=sv, sr="b", st=START, se=END, sp="r", spr="https,http",
                       sip="192.0.2.0-192.0.2.255", rscc="no-store", rscd='attachment; filename="a b.txt"', rsce="identity", rscl="de", rsct="text/plain; charset=utf-8"))
    out.append(service("expiry with a fraction, " + sv, "/box", sv=sv, sr="c", se="2035-01-02T03:04:05.6789000Z", sp="r"))
    out.append(service("expiry of a day, " + sv, "/box", sv=sv, sr="c", se="2035-01-02", sp="r"))
    out.append(service("stored access policy, " + sv, "/box", sv=sv, sr="c", si="readers"))
out.append(service("directory", "/box/a b", sv="2020-02-10", sr="d", sdd="1", se=END, sp="r"))
out.append(service("encryption scope", "/box", sv="2020-12-06", sr="c", se=END, sp="r", ses="scope1"))
out.append(account("account, all fields", sv="2020-12-06", ss="bqtf", srt="sco", sp="rwdlacup", st=START, se=END, sip="192.0.2.1", spr="https"))
json.dump({"account": ACCOUNT, "key": KEY, "vectors": out}, open("vectors.json", "w"), indent=1, ensure_ascii=False)
