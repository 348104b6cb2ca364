<?php
// phpcs:disable
use IGNY8\Bridge\Connection;
use IGNY8\Bridge\Identity;

final class AuthenticationTest extends SiteTestCase {
	private function refused( array $answer, string $code ): void {
		$this->assertSame( [ 401, $code, false ], [ $answer['status'], $answer['code'], $answer['body']['success'] ?? null ], $answer['raw'] );
	}

	public function test_the_frame_carries_the_request_id(): void {
		$answer = Platform::ask( 'GET', '/status', [], '', [], [ 'id' => $id = 'frame_' . bin2hex( random_bytes( 8 ) ) ] );
		$this->assertSame( [ 200, $id, $id, 'igny8_frame', 'igny8_end' ], [ $answer['status'], $answer['body']['igny8_frame'], $answer['body']['igny8_end'], array_key_first( $answer['body'] ), array_key_last( $answer['body'] ) ] );
		$this->assertStringContainsStringIgnoringCase( 'Cache-Control: no-store', $answer['head'] );
		$this->assertStringContainsString( 'Allow: GET', $answer['head'] );
		$this->assertSame( [ true, 7, true, 0 ], [ $answer['body']['paired'], $answer['body']['site_id'], $answer['body']['can_sign'], $answer['body']['outbox']['waiting'] ] );
	}

	public function test_flipped_bits(): void {
		$body    = wp_json_encode( $this->payload() );
		$headers = Platform::headers( 'POST', '/igny8/v1/publish', [], $body );
		for ( $i = 0; $i < 12; $i++ ) {
			$flipped                   = base64_decode( substr( $headers['webhook-signature'], 4 ) );
			$at                        = random_int( 0, 511 );
			$flipped[ intdiv( $at, 8 ) ] = chr( ord( $flipped[ intdiv( $at, 8 ) ] ) ^ ( 1 << $at % 8 ) );
			$this->refused( Platform::ask_bare( 'POST', '/publish', [ 'webhook-signature' => 'v1a,' . base64_encode( $flipped ), 'content-type' => 'application/json' ] + $headers, $body ), 'signature_invalid' );
			$other      = $body;
			$at         = random_int( 2, strlen( $body ) - 3 );
			$other[ $at ] = 'x' === $other[ $at ] ? 'y' : 'x';
			$this->refused( Platform::ask_bare( 'POST', '/publish', [ 'content-type' => 'text/plain' ] + $headers, $other ), 'signature_invalid' );
		}
		$this->refused( Platform::ask_bare( 'POST', '/publish', [ 'webhook-id' => 'other_id_12' ] + $headers, $body ), 'signature_invalid' );
		$this->refused( Platform::ask_bare( 'POST', '/publish', [ 'webhook-timestamp' => (string) ( (int) $headers['webhook-timestamp'] + 1 ) ] + $headers, $body ), 'signature_invalid' );
		$this->refused( Platform::ask_bare( 'POST', '/publish', [ 'webhook-id' => 'with.a.dot.x' ] + $headers, $body ), 'signature_invalid' );
		$this->refused( Platform::ask_bare( 'POST', '/media', $headers, $body ), 'signature_invalid' );
		$this->assertSame( 201, Platform::ask_bare( 'POST', '/publish', [ 'webhook-signature' => 'v1a,' . base64_encode( str_repeat( 'x', 64 ) ) . ' ' . $headers['webhook-signature'], 'content-type' => 'application/json' ] + $headers, $body )['status'], 'Refused requests use up no id, and any good signature of several is enough.' );
	}

	public function test_the_query_and_the_method_are_signed(): void {
		$signed = Platform::headers( 'GET', '/igny8/v1/media', [ 'sha256' => 'a' ], '' );
		$this->refused( Platform::ask( 'GET', '/media', [ 'sha256' => 'b' ], '', $signed ), 'signature_invalid' );
		$this->refused( Platform::ask( 'GET', '/media', [ 'sha256' => 'a', 'x' => '1' ], '', $signed ), 'signature_invalid' );
		$this->refused( Platform::ask( 'POST', '/media', [ 'sha256' => 'a' ], '', $signed ), 'signature_invalid' );
		$this->refused( Platform::ask( 'GET', '/media', [ 'sha256' => 'a' ], '', [ 'X-HTTP-Method-Override' => 'POST' ] + $signed ), 'signature_invalid' );
		$this->assertSame( 404, Platform::ask( 'GET', '/media', [ 'sha256' => 'a' ], '', $signed )['status'] );
	}

	public function test_hosts_that_let_only_get_and_post_through(): void {
		$payload = $this->payload();
		$id      = Platform::publish( $payload )['body']['post_id'];
		$body    = wp_json_encode( [ 'operation_id' => wp_generate_uuid4(), 'content_html' => 'overridden' ] + $payload );
		$json    = [ 'content-type' => 'application/json' ];
		$query   = [ 'action' => 'trash', 'content_id' => (string) $payload['content_id'], 'operation_id' => wp_generate_uuid4() ];
		$this->refused( Platform::ask_bare( 'POST', "/posts/$id", $json + [ 'X-HTTP-Method-Override' => 'PUT' ] + Platform::headers( 'PUT', "/igny8/v1/posts/$id", [], $body ), $body ), 'signature_invalid' );
		$this->assertSame( 400, Platform::ask( 'POST', "/posts/$id", $query, '', [ 'X-HTTP-Method-Override' => 'PUT' ] )['status'] );
		$this->assertSame( 422, Platform::ask( 'POST', "/posts/$id", [], $body, $json + [ 'X-HTTP-Method-Override' => 'DELETE' ] )['status'] );
		$this->assertSame( [ "<p>Body of {$payload['content_id']}</p>", 'publish' ], [ get_post( $id )->post_content, get_post_status( $id ) ] );

		$update = Platform::ask( 'POST', "/posts/$id", [], $body, $json + [ 'X-HTTP-Method-Override' => 'PUT' ] );
		$this->assertSame( [ 200, 'overridden' ], [ $update['status'], get_post( $id )->post_content ], $update['raw'] );
		$move = Platform::ask( 'POST', "/posts/$id", $query, '', [ 'X-HTTP-Method-Override' => 'DELETE' ] );
		$this->assertSame( [ 200, 'trash' ], [ $move['status'], get_post_status( $id ) ], $move['raw'] );
	}

	public function test_a_request_for_another_site(): void {
		foreach ( [ 8, 77, 0 ] as $other ) {
			$this->refused( Platform::ask( 'GET', '/status', [], '', [], [ 'site_id' => $other ] ), 'signature_invalid' );
		}
		$body    = wp_json_encode( $this->payload() );
		$headers = [ 'content-type' => 'application/json' ] + Platform::headers( 'POST', '/igny8/v1/publish', [], $body, [ 'site_id' => 8 ] );
		$this->refused( Platform::ask_bare( 'POST', '/publish', $headers, $body ), 'signature_invalid' );
		Connection\save_settings( [ 'site_id' => 8 ] );
		Connection\keep_pairing( [ 'platform_public_key' => Platform::public_key() ] );
		$this->assertSame( 201, Platform::ask_bare( 'POST', '/publish', $headers, $body )['status'], 'The site it names takes it.' );
	}

	public function test_old_and_future_requests(): void {
		foreach ( [ -301, 303, -86400, 86400 ] as $off ) {
			$this->refused( Platform::ask( 'GET', '/status', [], '', [], [ 'timestamp' => time() + $off ] ), 'timestamp_out_of_window' );
		}
		foreach ( [ -290, 290 ] as $off ) {
			$this->assertSame( 200, Platform::ask( 'GET', '/status', [], '', [], [ 'timestamp' => time() + $off ] )['status'] );
		}
		$this->refused( Platform::ask( 'GET', '/status', [], '', [], [ 'timestamp' => 'now' ] ), 'timestamp_out_of_window' );
	}

	public function test_a_replay(): void {
		$headers = Platform::headers( 'GET', '/igny8/v1/status', [], '' );
		$this->assertSame( 200, Platform::ask_bare( 'GET', '/status', $headers )['status'] );
		$this->refused( Platform::ask_bare( 'GET', '/status', $headers ), 'request_replayed' );
		$case = Platform::headers( 'GET', '/igny8/v1/status', [], '', [ 'id' => strtoupper( $headers['webhook-id'] ) ] );
		$this->assertSame( 200, Platform::ask_bare( 'GET', '/status', $case )['status'], 'Ids that differ in case are two.' );
		Identity\forget_old_ids();
		$this->refused( Platform::ask_bare( 'GET', '/status', $headers ), 'request_replayed' );
	}

	public function test_a_paired_site_takes_no_bare_key(): void {
		$this->refused( Platform::ask_bare( 'GET', '/status', [] ), 'signature_missing' );
		$this->refused( Platform::ask_bare( 'GET', '/status', [ 'X-IGNY8-API-KEY' => Platform::API_KEY, 'Authorization' => 'Bearer ' . Platform::API_KEY ] ), 'signature_missing' );
		$this->refused( Platform::ask( 'GET', '/status', [], '', [], [ 'signature' => 'v1,' . base64_encode( 'hmac' ) ] ), 'signature_invalid' );
		Platform::pair( 'http://127.0.0.1:9', base64_encode( sodium_crypto_sign_publickey( sodium_crypto_sign_keypair() ) ) );
		$this->refused( Platform::ask( 'GET', '/status' ), 'signature_invalid' );
	}

	public function test_a_site_that_never_paired(): void {
		Connection\disconnect();
		$this->refused( Platform::ask( 'GET', '/status' ), 'not_paired' );
		foreach ( [ [], [ 'X-IGNY8-API-KEY' => '' ], [ 'Authorization' => 'Bearer ' ], [ 'Authorization' => 'Bearer x' ], [ 'X-IGNY8-API-KEY' => 'null' ], [ 'X-IGNY8-API-KEY' => '', 'Authorization' => '' ] ] as $headers ) {
			$this->refused( Platform::ask_bare( 'GET', '/status', $headers ), 'not_paired' );
		}
	}

	public function test_a_platform_without_a_key_of_its_own(): void {
		Connection\forget_pairing();
		$key = Platform::API_KEY;
		foreach ( [ [ 'X-IGNY8-API-KEY' => $key ], [ 'Authorization' => "Bearer $key" ], [ 'X-IGNY8-API-KEY' => $key, 'Authorization' => "Bearer $key" ] ] as $good ) {
			$this->assertSame( 200, Platform::ask_bare( 'GET', '/status', $good )['status'] );
		}
		foreach ( [ [ 'X-IGNY8-API-KEY' => "{$key}x" ], [ 'X-IGNY8-API-KEY' => substr( $key, 1 ) ], [ 'Authorization' => "Bearer {$key}junk" ], [ 'Authorization' => "Basic x, Bearer $key" ], [ 'Authorization' => $key ], [ 'X-IGNY8-API-KEY' => $key, 'Authorization' => 'Bearer other' ], [ 'X-IGNY8-API-KEY' => 'other', 'Authorization' => "Bearer $key" ], [ 'X-IGNY8-API-KEY' => '' ] ] as $bad ) {
			$this->refused( Platform::ask_bare( 'GET', '/status', $bad ), 'key_invalid' );
		}
		$this->refused( Platform::ask_bare( 'GET', '/status', [] ), 'not_paired' );
		update_option( Connection\SETTINGS_OPTION, [ 'api_key' => Identity\seal( 'connection-denied' ) ] + Connection\stored_settings() );
		$this->refused( Platform::ask_bare( 'GET', '/status', [ 'X-IGNY8-API-KEY' => 'connection-denied' ] ), 'not_paired' );
		delete_option( Connection\SETTINGS_OPTION );
		$this->refused( Platform::ask_bare( 'GET', '/status', [ 'X-IGNY8-API-KEY' => '', 'Authorization' => 'Bearer ' ] ), 'not_paired' );
	}

	public function test_every_route_is_closed_and_no_secret_shows(): void {
		foreach ( [ [ 'POST', '/publish' ], [ 'PUT', '/posts/1' ], [ 'PUT', '/posts/1/parts' ], [ 'DELETE', '/posts/1' ], [ 'GET', '/operations/' . wp_generate_uuid4() ], [ 'POST', '/media' ], [ 'GET', '/media' ], [ 'GET', '/posts' ], [ 'GET', '/posts/1' ], [ 'GET', '/posts/checksums' ], [ 'GET', '/structure' ], [ 'GET', '/doctor' ], [ 'DELETE', '/doctor/echo' ], [ 'GET', '/collections/post' ], [ 'GET', '/status' ] ] as list( $method, $path ) ) {
			$this->refused( Platform::ask_bare( $method, $path, [] ), 'signature_missing' );
		}
		$index = wp_remote_retrieve_body( wp_remote_get( get_rest_url() ) );
		$this->assertStringContainsString( 'igny8\/v1\/publish', $index );
		$this->assertStringNotContainsString( Platform::API_KEY, $index );
		global $wpdb;
		$this->assertSame( '0', $wpdb->get_var( $wpdb->prepare( "SELECT COUNT(*) FROM $wpdb->options WHERE option_value LIKE %s", '%' . $wpdb->esc_like( Platform::API_KEY ) . '%' ) ), 'The key does not lie open in the database.' );
		$autoloaded = $wpdb->get_col( "SELECT option_name FROM $wpdb->options WHERE option_name LIKE 'igny8%' AND autoload IN ('yes','on','auto','auto-on')" );
		$this->assertEqualsCanonicalizing( [ 'igny8_bridge_tables' ], array_diff( $autoloaded, [ 'igny8_bridge_outbound_due' ] ) );
		$information = wp_json_encode( apply_filters( 'debug_information', [] ) );
		$this->assertStringContainsString( 'IGNY8', $information );
		$this->assertStringNotContainsString( Platform::API_KEY, $information );
		$tests = apply_filters( 'site_status_tests', [ 'direct' => [] ] )['direct'];
		$this->assertSame( [ 'good', 'good', 'good', 'good' ], array_map( function ( $name ) use ( $tests ) { return $tests[ $name ]['test']()['status']; }, [ 'igny8_connection', 'igny8_outbox', 'igny8_structure', 'igny8_secrets' ] ) );
	}
}
