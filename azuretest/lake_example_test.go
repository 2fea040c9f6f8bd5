package azuretest_test

import (
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/keyless-go/azure/azuretest"
)

func ExampleServer_DataLake() {
	srv := start()
	defer srv.Close()
	lake := srv.DataLake("mydatalake", azuretest.Gen1)
	lake.WriteFile("/TestFolder/Test1.txt", []byte("Test file."))

	token := srv.SystemIdentity().Token("https://datalake.azure.net/", time.Hour)
	send(srv.Client(), get, lake.URL()+"/webhdfs/v1/TestFolder/Test1.txt?op=OPEN&read=true", token, "")
	send(srv.Client(), get, lake.URL()+"/webhdfs/v1/TestFolder/Test1.txt?op=CHECKACCESS&fsaction=rwx", token, "")
	// Output:
	// 200 Test file.
	// 200
}

func ExampleServer_DataLake_hadoop() {
	srv := start()
	defer srv.Close()
	lake := srv.DataLake("cluster", azuretest.Hadoop)
	client := srv.Client()
	client.CheckRedirect = func(r *http.Request, _ []*http.Request) error {
		fmt.Println("to", r.URL.Host)
		return nil
	}
	send(client, http.MethodPut, lake.URL()+"/f?op=CREATE&user.name=alice", "", "hello")
	data, ok := lake.ReadFile("/f")
	fmt.Println(string(data), ok)
	// Output:
	// to datanode.cluster.test:9864
	// 201
	// hello true
}

func ExampleProfile() {
	srv := start()
	defer srv.Close()
	for _, p := range []azuretest.Profile{azuretest.Gen1, azuretest.Hadoop, azuretest.HttpFS, azuretest.Knox, azuretest.Gen2} {
		fmt.Println(p, srv.DataLake("contoso", p).URL())
	}
	// Output:
	// Gen1 https://contoso.azuredatalakestore.net
	// Hadoop http://namenode.contoso.test:9870/webhdfs/v1
	// HttpFS http://httpfs.contoso.test:14000/webhdfs/v1
	// Knox https://knox.contoso.test:8443/gateway/default/webhdfs/v1
	// Gen2 https://contoso.dfs.core.windows.net/mycontainer
}

func ExampleDataLake_Allow() {
	srv := start()
	defer srv.Close()
	lake := srv.DataLake("contoso/files", azuretest.Gen2)
	lake.Mkdir("/inbox")
	app := srv.AddUserIdentity("app")
	lake.AllowOnly(app, "/", "--x")
	lake.Allow(app, "/inbox", "rwx")
	fmt.Println(strings.ReplaceAll(lake.ACL("/inbox"), app.ObjectID(), "app"))
	// Output:
	// user::rwx,user:app:rwx,group::rwx,mask::rwx,other::---,default:user::rwx,default:user:app:rwx,default:group::rwx,default:mask::rwx,default:other::---
}

func ExampleDataLake_Generate() {
	srv := start()
	defer srv.Close()
	lake := srv.DataLake("cluster", azuretest.HttpFS)
	lake.Generate("/many", 10_000_000)
	send(srv.Client(), get, lake.URL()+"/many?op=GETCONTENTSUMMARY&user.name=alice", "", "")
	// Output:
	// 200 {"ContentSummary":{"directoryCount":1,"ecPolicy":"","fileCount":10000000,"length":0,"quota":-1,"spaceConsumed":0,"spaceQuota":-1,"typeQuota":{}}}
}

func ExampleDataLake_HoldLease() {
	srv := start()
	defer srv.Close()
	lake := srv.DataLake("cluster", azuretest.HttpFS)
	lake.WriteFile("/log", []byte("hello"))
	release := lake.HoldLease("/log")
	for range 2 {
		resp, err := srv.Client().Post(lake.URL()+"/log?op=TRUNCATE&newlength=0&user.name=alice", "", nil)
		if err != nil {
			fmt.Println(err)
			return
		}
		resp.Body.Close()
		fmt.Println(resp.Status)
		release()
	}
	// Output:
	// 500 Internal Server Error
	// 200 OK
}

func ExampleDataLake_DelegationTokens() {
	srv := start()
	defer srv.Close()
	lake := srv.DataLake("cluster", azuretest.Hadoop)
	lake.DelegationTokens(true)
	lake.WriteFile("/f", []byte("hello"))
	send(srv.Client(), get, lake.URL()+"/f?op=OPEN&user.name=alice", "", "")
	query := srv.Requests()[1].URL
	fmt.Println(query[:strings.Index(query, "&namenode")])
	// Output:
	// 200 hello
	// http://datanode.cluster.test:9864/webhdfs/v1/f?op=OPEN&delegation=REDACTED
}

// A fault whose status is that of Hadoop's exceptions.
func ExampleServer_Fail_hadoop() {
	srv := start()
	defer srv.Close()
	lake := srv.DataLake("cluster", azuretest.Hadoop)
	srv.Fail(azuretest.Fault{Operation: "datalake.*", Status: http.StatusForbidden, Code: "StandbyException"})
	send(srv.Client(), get, lake.URL()+"/?op=LISTSTATUS&user.name=alice", "", "")
	send(srv.Client(), get, lake.URL()+"/?op=LISTSTATUS&user.name=alice", "", "")
	// Output:
	// 403 {"RemoteException":{"exception":"StandbyException","javaClassName":"org.apache.hadoop.ipc.StandbyException","message":"fault injected by the test"}}
	// 200 {"FileStatuses":{"FileStatus":[]}}
}
