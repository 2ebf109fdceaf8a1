import sys

from purple_client import PurpleClient, PurpleError

with PurpleClient(sys.argv[1]) as client:  # http://localhost:8080
    client.kv_put("greeting", b"Hello")
    value = client.kv_get("greeting")
    visits = client.counter_increment("visits", 2)
    print(value.decode(), visits.value)

    try:
        client.kv_get("nothing")
    except PurpleError as error:
        print(error.code, error.problem.detail)  # not_found no value found for nothing
