<?php
// phpcs:disable
use IGNY8\Bridge\Connection;
use IGNY8\Bridge\Identity;
use IGNY8\Bridge\Outbound;
use IGNY8\Bridge\Storage;

final class OutboundTest extends SiteTestCase {
	use PlatformServer;

	protected function setUp(): void {
		parent::setUp();
		$this->reset_server();
		Platform::pair( self::$url );
	}

	/** Publish in this process, so that no other one is still about to send, and throw the echo away. */
	private function quiet_post(): int {
		$id = Platform::ask_here( 'POST', '/publish', [], wp_json_encode( $this->payload() ) )['post_id'];
		$this->setUp();
		return $id;
	}

	public function test_our_own_publishing_is_an_echo_signed_and_sent_after_the_answer(): void {
		$payload = $this->payload();
		$answer  = Platform::publish( $payload );
		$events  = $this->wait_for_events( 1 );
		$this->assertCount( 1, $events );
		$this->assertSame( [ 'post.status_changed', $answer['body']['post_id'], $payload['content_id'], 'publish', $payload['operation_id'], $answer['body']['post_url'], $payload['title'], 'post', Connection\site_address() ], [ $events[0]['type'], $events[0]['data']['post_id'], $events[0]['data']['content_id'], $events[0]['data']['post_status'], $events[0]['data']['operation_id'], $events[0]['data']['post_url'], $events[0]['data']['post_title'], $events[0]['data']['post_type'], $events[0]['data']['site_url'] ] );
		$this->assertMatchesRegularExpression( '/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/', $events[0]['occurred_at'] );

		$request = $this->requests()[0];
		$this->assertSame( '/api/v1/integration/webhooks/wordpress/events/', $request['uri'] );
		$this->assertSame( Platform::API_KEY, $request['headers']['x-igny8-api-key'] );
		$text = Identity\text_from_site( $request['headers']['webhook-id'], $request['headers']['webhook-timestamp'], $request['body'] );
		$this->assertTrue( sodium_crypto_sign_verify_detached( Identity\signatures( $request['headers']['webhook-signature'] )[0], $text, base64_decode( Identity\own_public_key() ) ) );
	}

	public function test_a_request_that_dies_early_is_left_to_end(): void {
		$this->quiet_post();
		update_option( Outbound\DUE_OPTION, time() - 1 );
		$end  = sys_get_temp_dir() . '/igny8-end-' . getmypid();
		$code = 'add_action( "plugin_loaded", function () { throw new RuntimeException( "Somebody else" ); } );
			register_shutdown_function( function () { touch( ' . var_export( $end, true ) . ' ); } );';
		$this->with_mu_plugin( $code, function () {
			$this->assertSame( 500, wp_remote_retrieve_response_code( wp_remote_get( home_url( '/' ) ) ) );
		} );
		$this->assertFileExists( $end, 'What others do at the end is done.' );
		unlink( $end );
		update_option( Outbound\DUE_OPTION, 0 );
	}

	public function test_what_people_do(): void {
		$id = $this->quiet_post();
		wp_update_post( [ 'ID' => $id, 'post_status' => 'draft' ] );
		wp_update_post( [ 'ID' => $id, 'post_status' => 'pending' ] );
		wp_insert_post( [ 'post_title' => 'Not from the platform', 'post_status' => 'publish' ] );
		wp_update_post( [ 'ID' => $id, 'post_title' => 'Only a title' ] );
		wp_delete_post( $id, true );
		$this->assertSame( 2, Outbound\backlog()['waiting'] );
		$this->assertSame( 2, Outbound\send_waiting( 5, 5 ) );
		$events = $this->events();
		$this->assertSame( [ [ 'post.status_changed', 'pending', 'publish', '' ], [ 'post.deleted', 'deleted', 'pending', '' ] ], array_map( function ( $e ) { return [ $e['type'], $e['data']['post_status'], $e['data']['previous_status'], $e['data']['operation_id'] ]; }, $events ), 'What one request does to one status is one event.' );
		$this->assertGreaterThan( $events[0]['seq'], $events[1]['seq'] );
		$this->assertGreaterThan( 1700000000000, $events[0]['seq'] );
		$this->assertSame( [ 0, 0 ], [ Outbound\backlog()['waiting'], (int) get_option( Outbound\DUE_OPTION ) ] );
	}

	public function test_nothing_is_lost_while_the_platform_is_away(): void {
		$this->answer_with( [ 'status' => 503, 'headers' => [ 'Retry-After: 1' ] ] );
		$posts = [];
		for ( $i = 0; $i < 5; $i++ ) {
			$posts[] = Platform::publish( $this->payload() )['body']['post_id'];
		}
		usleep( 300000 );
		wp_cache_flush();
		$this->assertSame( 5, Outbound\backlog()['waiting'] );
		$this->assertGreaterThanOrEqual( 1, Outbound\state()['failures'] );
		$this->assertSame( 5, Platform::ask( 'GET', '/status' )['body']['outbox']['waiting'] );

		$this->answer_with( [] );
		unlink( self::$dir . '/requests.jsonl' );
		for ( $i = 0; $i < 600 && count( $this->events() ) < 5; $i++ ) {
			Platform::ask( 'GET', '/status' ); // With WP-Cron off, any request to the site does.
			usleep( 100000 );
		}
		$events = $this->events();
		$this->assertSame( $posts, array_column( array_column( $events, 'data' ), 'post_id' ), 'In order, each once.' );
		$seq = array_column( $events, 'seq' );
		$this->assertSame( $seq, array_values( array_unique( $seq ) ) );
		sort( $seq );
		$this->assertSame( $seq, array_column( $events, 'seq' ) );
		for ( $i = 0; $i < 40 && Outbound\backlog()['waiting']; $i++ ) {
			usleep( 50000 );
		}
		$this->assertSame( 0, Outbound\backlog()['waiting'] );
	}

	public function test_answers_that_leave_the_queue_as_it_is(): void {
		$data = [ 'post_id' => 1, 'operation_id' => '', 'previous_status' => '' ];
		Outbound\enqueue( 'post.deleted', $data );
		foreach ( [ [ 'status' => 401 ], [ 'status' => 429, 'headers' => [ 'Retry-After: 99' ] ], [ 'status' => 500 ], [ 'status' => 302, 'headers' => [ 'Location: ' . self::$url . '/stolen' ] ], [ 'body' => '<html>login</html>' ], [ 'body' => [ 'success' => true, 'data' => [ 'acks' => [] ] ] ], [ 'body' => [ 'data' => [ 'acks' => [ [ 'id' => 'foreign', 'status' => 'accepted' ] ] ] ] ] ] as $n => $mode ) {
			Outbound\forget_backoff();
			$this->answer_with( $mode );
			$this->assertSame( 0, Outbound\send_waiting( 2, 2 ) );
			$this->assertSame( [ 1, 1 ], [ Outbound\backlog()['waiting'], Outbound\state()['failures'] ] );
			$this->assertEqualsWithDelta( time() + ( 1 === $n ? 99 : 10 ), Outbound\state()['not_before'], 2 );
			$this->assertSame( 0, Outbound\send_waiting( 2, 2 ), 'Not before its time.' );
		}
		$this->assertCount( 7, $this->requests() );
		Outbound\forget_backoff();
		Platform::pair( 'http://127.0.0.1:9' );
		$this->assertSame( 0, Outbound\send_waiting( 2, 2 ) );
		$this->assertSame( 1, Outbound\backlog()['waiting'] );
	}

	public function test_batches_rejections_and_too_much_at_once(): void {
		for ( $i = 1; $i <= 230; $i++ ) {
			Outbound\enqueue( 'post.deleted', [ 'post_id' => 100000000 + $i, 'operation_id' => '', 'previous_status' => '' ] );
		}
		$this->answer_with( [ 'reject' => [ 100000003 ] ] );
		$this->assertSame( 230, Outbound\send_waiting( 5, 10 ) );
		$this->assertSame( [ 100, 100, 30 ], array_map( function ( $r ) { return count( json_decode( $r['body'], true ) ); }, $this->requests() ) );
		$this->assertSame( [ 'unknown_type' ], array_column( get_option( Outbound\REJECTED_OPTION ), 'code' ) );

		Outbound\enqueue( 'post.deleted', [ 'post_id' => 5, 'operation_id' => '', 'previous_status' => '' ] );
		$this->answer_with( [ 'status' => 413 ] );
		Outbound\send_waiting( 5, 5 );
		$this->assertSame( 50, Outbound\state()['batch'] );
	}

	public function test_one_sender_at_a_time_and_numbers_that_only_rise(): void {
		global $wpdb;
		Outbound\enqueue( 'post.deleted', [ 'post_id' => 6, 'operation_id' => '', 'previous_status' => '' ] );
		$first = Outbound\oldest( 1 )[0]->seq;
		$this->assertTrue( Storage\take_lease( 'locks', [ 'name' => 'sender' ], $owner = Storage\new_owner(), [], 60 ) );
		$this->assertSame( 0, Outbound\send_waiting( 2, 2 ) );
		$this->assertSame( [], $this->requests() );
		Storage\give_back_lease( 'locks', [ 'name' => 'sender' ], $owner );
		$this->assertSame( 1, Outbound\send_waiting( 2, 2 ) );
		$this->assertSame( [ (string) $first ], $wpdb->get_col( 'SELECT seq FROM ' . Storage\table( 'outbox' ) . " WHERE id <> 'beginning'" ), 'The newest row stays.' );
	}

	public function test_a_copy_of_the_site_keeps_quiet(): void {
		$pairing = get_option( Connection\PAIRING_OPTION );
		update_option( Connection\PAIRING_OPTION, [ 'site_address' => 'https://live.example' ] + $pairing );
		Outbound\enqueue( 'post.deleted', [ 'post_id' => 7, 'operation_id' => '', 'previous_status' => '' ] );
		$this->assertSame( [ 0, [] ], [ Outbound\send_waiting( 2, 2 ), $this->requests() ] );
	}

	public function test_another_scheme_is_the_same_site(): void {
		$id     = $this->quiet_post();
		$paired = Connection\site_address();
		$this->assertStringStartsWith( 'http://', $paired );
		$https = static function ( $url ) { return set_url_scheme( $url, 'https' ); };
		$moved = static function () { return 'http://copy.example'; };
		add_filter( 'option_home', $https );
		try {
			$this->assertSame( [ false, $paired, self::$url ], [ Connection\has_moved(), Connection\site_address(), Connection\webhook_url() ] );
			wp_update_post( [ 'ID' => $id, 'post_status' => 'draft' ] );
			$this->assertSame( 1, Outbound\send_waiting( 2, 2 ) );
			$this->assertSame( [ $paired ], array_column( array_column( $this->events(), 'data' ), 'site_url' ), 'As the platform knows it.' );

			$this->answer_with( [ 'body' => [ 'success' => true, 'data' => [ 'webhook_url' => self::$url ] ] ] );
			Connection\test();
			$sent = json_decode( $this->requests()[1]['body'], true );
			$this->assertSame( [ $https( $paired ), $https( $paired ) ], [ $sent['site_url'], Connection\pairing()['site_address'] ], 'Pairing takes the scheme of now.' );
		} finally {
			remove_filter( 'option_home', $https );
		}
		$this->assertSame( [ false, $https( $paired ) ], [ Connection\has_moved(), Connection\site_address() ] );
		add_filter( 'option_home', $moved );
		try {
			$this->assertSame( [ true, 'http://copy.example', '' ], [ Connection\has_moved(), Connection\site_address(), Connection\webhook_url() ] );
		} finally {
			remove_filter( 'option_home', $moved );
		}
	}

	public function test_pairing(): void {
		Connection\disconnect();
		$incomplete = Connection\test();
		$this->assertSame( 'settings_incomplete', $incomplete->get_error_code() );
		foreach ( [ [ 'api_url' => 'ftp://x' ], [ 'api_url' => 'no' ], [ 'site_id' => 'x' ], [ 'site_id' => '0' ], [ 'api_key' => 'connection-denied' ] ] as $bad ) {
			$this->assertTrue( is_wp_error( Connection\save_settings( $bad ) ) );
		}
		$this->assertStringContainsString( 'WP_ENVIRONMENT_TYPE', Connection\save_settings( [ 'api_url' => 'ftp://x' ] )->get_error_message() );
		$this->assertTrue( Connection\save_settings( [ 'api_url' => self::$url . '/', 'site_id' => '12', 'api_key' => ' ' . Platform::API_KEY . ' ' ] ) );
		$this->answer_with( [ 'status' => 404, 'body' => [ 'success' => false, 'code' => 'site_not_found', 'detail' => 'The key is another site\'s.' ] ] );
		$refused = Connection\test();
		$this->assertSame( [ 'site_not_found', 'The key is another site\'s.', 404 ], [ $refused->get_error_code(), $refused->get_error_message(), $refused->get_error_data()['status'] ] );
		$this->assertFalse( Connection\is_paired() );
		$this->answer_with( [ 'body' => '<html>' ] );
		$this->assertSame( 'unexpected_answer', Connection\test()->get_error_code() );

		$data = [ 'message' => 'Hello', 'site_id' => 12, 'site_name' => 'S', 'integration_id' => 3, 'signed' => true, 'platform_public_key' => Platform::public_key(), 'platform_time' => gmdate( 'c' ), 'webhook_url' => self::$url, 'plugin_url' => self::$url, 'checks' => [ [ 'name' => 'api_key', 'ok' => true, 'detail' => 'good <b>', 'fix' => '' ] ] ];
		$this->answer_with( [ 'body' => [ 'success' => true, 'data' => $data ] ] );
		$outcome = Connection\test();
		$this->assertSame( [ 'api_key', 'site_clock', 'signing' ], array_column( $outcome['checks'], 'name' ) );
		$sent = $this->requests()[2];
		$this->assertSame( [ '/api/v1/integration/integrations/test-connection/', Platform::API_KEY, 'Bearer ' . Platform::API_KEY ], [ $sent['uri'], $sent['headers']['x-igny8-api-key'], $sent['headers']['authorization'] ] );
		$body = json_decode( $sent['body'], true );
		$this->assertSame( [ 'site_id', 'site_url', 'rest_url', 'plugin_version', 'wp_version', 'php_version', 'public_key' ], array_keys( $body ) );
		$this->assertSame( [ 12, '2.0.0', Identity\own_public_key() ], [ $body['site_id'], $body['plugin_version'], $body['public_key'] ] );
		$this->assertTrue( Connection\is_paired() );
		$this->assertSame( 200, Platform::ask( 'GET', '/status' )['status'] );
		$this->assertNotFalse( wp_next_scheduled( Outbound\CRON_HOOK ) );

		unset( $data['platform_public_key'] );
		$this->answer_with( [ 'body' => [ 'success' => true, 'data' => $data ] ] );
		Connection\test();
		$this->assertSame( Platform::public_key(), Connection\platform_public_key(), 'A key once given is not dropped for an answer without one.' );

		wp_set_current_user( 1 );
		ob_start();
		foreach ( IGNY8\Bridge\Screen\TABS as $_GET['tab'] ) {
			IGNY8\Bridge\Screen\show_page();
		}
		unset( $_GET['tab'] );
		$page = ob_get_clean();
		wp_set_current_user( 0 );
		$this->assertStringContainsString( 'Connected as', $page );
		$this->assertStringContainsString( 'good &lt;b&gt;', $page );
		$this->assertStringContainsString( '_wpnonce', $page );
		$this->assertStringNotContainsString( Platform::API_KEY, $page );
		Connection\save_settings( [ 'site_id' => 13 ] );
		$this->assertFalse( Connection\is_paired(), 'A pairing is with one site of one platform.' );
	}

	public function test_writers_and_the_sender_at_once_lose_no_last_word(): void {
		$code  = 'add_action( "init", function () { if ( isset( $_GET["igny8_edit"] ) ) { wp_set_current_user( 1 ); echo wp_update_post( [ "ID" => (int) $_GET["igny8_edit"], "post_content" => "by hand " . wp_rand() ] ); exit; } }, 99 );';
		$posts = [ $this->quiet_post(), $this->quiet_post() ];
		$this->with_mu_plugin( $code, function () use ( $posts ) {
			$multi = curl_multi_init();
			for ( $i = 0; $i < 60; $i++ ) {
				$handle = curl_init( home_url( '/?igny8_edit=' . $posts[ $i % 2 ] ) );
				curl_setopt_array( $handle, [ CURLOPT_RETURNTRANSFER => true, CURLOPT_TIMEOUT => 60 ] );
				curl_multi_add_handle( $multi, $handle );
			}
			$turn = 0;
			do {
				curl_multi_exec( $multi, $running );
				curl_multi_select( $multi, 0.05 );
				$this->answer_with( [ [], [ 'status' => 503, 'headers' => [ 'Retry-After: 0' ] ] ][ ++$turn % 2 ] );
			} while ( $running );
		} );
		$this->answer_with( [] );
		for ( $i = 0; $i < 200 && ( Outbound\backlog()['waiting'] || ! Storage\take_lease( 'locks', [ 'name' => 'sender' ], 'test', [], 1 ) ); $i++ ) {
			Storage\give_back_lease( 'locks', [ 'name' => 'sender' ], 'test' );
			Outbound\forget_backoff();
			Outbound\send_waiting( 2, 2 );
			usleep( 50000 );
			wp_cache_flush();
		}
		Storage\give_back_lease( 'locks', [ 'name' => 'sender' ], 'test' );
		$last = [];
		foreach ( $this->events() as $event ) {
			$last[ $event['data']['post_id'] ] = $event;
		}
		foreach ( $posts as $id ) {
			$this->assertSame( [ 'post.updated', \IGNY8\Bridge\Publishing\revision( $id ) ], [ $last[ $id ]['type'], $last[ $id ]['data']['revision'] ] );
		}
		$taken = array_column( $this->events(), 'id', 'seq' );
		$this->assertSame( 0, Outbound\backlog()['waiting'], count( $taken ) . ' events' );
	}

	public function test_what_people_did_while_the_platform_was_away_arrives_once_and_in_order(): void {
		$code = 'add_action( "init", function () { if ( isset( $_GET["igny8_edit"] ) ) { wp_set_current_user( 1 ); echo wp_update_post( [ "ID" => (int) $_GET["igny8_edit"] ] + ( isset( $_GET["status"] ) ? [ "post_status" => $_GET["status"] ] : [ "post_content" => "by hand " . wp_rand() ] ) ); exit; } }, 99 );';
		list( $one, $two ) = [ $this->quiet_post(), $this->quiet_post() ];
		$this->answer_with( [ 'status' => 503, 'headers' => [ 'Retry-After: 0' ] ] );
		$this->with_mu_plugin( $code, function () use ( $one, $two ) {
			foreach ( [ "igny8_edit=$one", "igny8_edit=$two", "igny8_edit=$one", "igny8_edit=$two&status=draft", "igny8_edit=$one", "igny8_edit=$two", "igny8_edit=$two&status=publish", "igny8_edit=$one" ] as $n => $query ) {
				wp_remote_get( home_url( "/?$query" ) );
				for ( $i = 0; $i < 100 && count( $this->requests() ) <= $n; $i++ ) {
					usleep( 20000 );
				}
			}
		} );
		$this->assertGreaterThanOrEqual( 8, count( $this->requests() ), 'Each request has tried.' );
		for ( $i = 0; $i < 50 && ! Storage\take_lease( 'locks', [ 'name' => 'sender' ], 'test', [], 1 ); $i++ ) {
			usleep( 20000 );
		}
		Storage\give_back_lease( 'locks', [ 'name' => 'sender' ], 'test' );
		$this->reset_server();
		wp_cache_flush();
		Outbound\forget_backoff();
		Outbound\send_waiting( 5, 5 );
		$this->assertSame(
			[ [ 'post.updated', $one, 'publish' ], [ 'post.updated', $two, 'draft' ], [ 'post.status_changed', $two, 'draft' ], [ 'post.status_changed', $two, 'publish' ] ],
			array_map( function ( $event ) { return [ $event['type'], $event['data']['post_id'], $event['data']['post_status'] ]; }, $this->events() )
		);
		$this->assertSame( \IGNY8\Bridge\Publishing\revision( $one ), $this->events()[0]['data']['revision'] );
	}
}
